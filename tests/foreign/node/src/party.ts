/** One party on Kafka: emits on `from.<party>.v1`, reads `to.<party>.v1`, and counts an event as delivered when it has the receipt. */

import { randomUUID } from "node:crypto";
import { CloudEvent, Kafka as Binding, type CloudEventV1, type KafkaMessage } from "cloudevents";
import { Kafka, logLevel, Partitioners, type Consumer, type Producer } from "kafkajs";
import type { EventAccepted } from "./contracts/event_accepted/v1.js";

const PREFIX = "nl.passendonderwijs.";
const WITHIN_MS = 60_000;

export type Heard<T> = CloudEventV1<T>;

export class Party {
  readonly #producer: Producer;
  readonly #consumer: Consumer;
  readonly #heard: Heard<unknown>[] = [];
  #wake: () => void = () => {};

  constructor(
    broker: string,
    readonly id: string,
    readonly source: string,
  ) {
    const kafka = new Kafka({ clientId: `${id}.node`, brokers: [broker], logLevel: logLevel.NOTHING });
    this.#producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    this.#consumer = kafka.consumer({ groupId: `${id}.node.${randomUUID()}`, maxWaitTimeInMs: 250 });
  }

  async start(): Promise<void> {
    await this.#producer.connect();
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topic: `to.${this.id}.v1`, fromBeginning: true });
    await this.#consumer.run({
      eachMessage: async ({ message }) => {
        const headers = Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]));
        const value = String(message.value);
        const record: KafkaMessage<string> = { headers, key: String(message.key), value, body: value };
        this.#heard.push(...[Binding.toEvent(record)].flat());
        this.#wake();
      },
    });
  }

  async stop(): Promise<void> {
    await Promise.all([this.#producer.disconnect(), this.#consumer.disconnect()]);
  }

  /** Emit an event about a case; returns its id when the door has taken it in. */
  async emit<T>(stem: string, subject: string, data: T): Promise<string> {
    const event = new CloudEvent<T>({
      id: randomUUID(),
      source: this.source,
      type: `${PREFIX}${stem.replaceAll("_", "-")}.v1`,
      subject,
      time: new Date().toISOString(),
      datacontenttype: "application/json",
      data,
    });
    const { headers, value } = Binding.structured(event) as KafkaMessage;
    await this.#producer.send({
      topic: `from.${this.id}.v1`,
      acks: -1,
      messages: [{ key: subject, value: String(value), headers: headers as Record<string, string> }],
    });
    console.log(`${this.id} emits ${stem} ${event.id}`);
    const receipt = await this.hear<EventAccepted>("event_accepted", (heard) => heard.data?.event === event.id);
    console.log(`${this.id} hears event_accepted ${receipt.data?.event}`);
    return event.id;
  }

  /** The first event of that kind that fits, of what came and what comes. */
  async hear<T>(stem: string, fits: (event: Heard<T>) => boolean): Promise<Heard<T>> {
    const type = `${PREFIX}${stem.replaceAll("_", "-")}.v1`;
    for (const end = Date.now() + WITHIN_MS; Date.now() < end; ) {
      const found = this.#heard.find((event): event is Heard<T> => event.type === type && fits(event as Heard<T>));
      if (found) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 1_000);
      });
    }
    throw new Error(`${this.id} waited for ${stem}, and heard ${this.#heard.map((event) => `${event.type} ${JSON.stringify(event.data)}`).join(", ")}`);
  }
}
