package nl.leverancier;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.core.message.Encoding;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.jackson.PojoCloudEventDataMapper;
import io.cloudevents.kafka.CloudEventDeserializer;
import io.cloudevents.kafka.CloudEventSerializer;
import io.cloudevents.core.data.PojoCloudEventData;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import nl.leverancier.contracts.event_accepted.EventAccepted;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** One party on Kafka: emits on from.&lt;party&gt;.v1, reads to.&lt;party&gt;.v1, and counts an event as delivered when it has the receipt. */
final class Party implements AutoCloseable {
    private static final Duration WITHIN = Duration.ofSeconds(60);
    static final ObjectMapper JSON =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

    final String id;
    private final URI source;
    private final KafkaProducer<String, CloudEvent> producer;
    private final KafkaConsumer<String, CloudEvent> consumer;
    private final List<CloudEvent> heard = new ArrayList<>();

    Party(String broker, String id, String source) {
        this.id = id;
        this.source = URI.create(source);
        CloudEventSerializer serializer = new CloudEventSerializer();
        serializer.configure(
                Map.of(
                        CloudEventSerializer.ENCODING_CONFIG, Encoding.STRUCTURED,
                        CloudEventSerializer.EVENT_FORMAT_CONFIG, JsonFormat.CONTENT_TYPE),
                false);
        producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker, "acks", "all"), new StringSerializer(), serializer);
        consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", broker, "enable.auto.commit", "false", "fetch.max.wait.ms", "250"),
                        new StringDeserializer(),
                        new CloudEventDeserializer());
        TopicPartition mine = new TopicPartition("to." + id + ".v1", 0);
        consumer.assign(List.of(mine));
        consumer.seekToBeginning(List.of(mine));
    }

    /** Emit an event about a case; returns its id when the door has taken it in. */
    String emit(String stem, String subject, Object data) throws Exception {
        CloudEvent event =
                CloudEventBuilder.v1()
                        .withId(UUID.randomUUID().toString())
                        .withSource(source)
                        .withType(typeOf(stem))
                        .withSubject(subject)
                        .withTime(OffsetDateTime.now())
                        .withData("application/json", PojoCloudEventData.wrap(data, JSON::writeValueAsBytes))
                        .build();
        producer.send(new ProducerRecord<>("from." + id + ".v1", subject, event)).get();
        System.out.println(id + " emits " + stem + " " + event.getId());
        EventAccepted receipt =
                dataOf(hear("event_accepted", answer -> event.getId().equals(dataOf(answer, EventAccepted.class).getEvent())), EventAccepted.class);
        System.out.println(id + " hears event_accepted " + receipt.getEvent());
        return event.getId();
    }

    /** The first event of that kind that fits, of what came and what comes. */
    CloudEvent hear(String stem, Predicate<CloudEvent> fits) {
        Instant end = Instant.now().plus(WITHIN);
        while (Instant.now().isBefore(end)) {
            for (CloudEvent event : heard) {
                if (event.getType().equals(typeOf(stem)) && fits.test(event)) {
                    return event;
                }
            }
            consumer.poll(Duration.ofMillis(500)).forEach(found -> heard.add(found.value()));
        }
        throw new IllegalStateException(id + " waited for " + stem + ", and heard " + heard);
    }

    /** An event's data in the type that was made from its schema. */
    static <T> T dataOf(CloudEvent event, Class<T> type) {
        return PojoCloudEventDataMapper.from(JSON, type).map(event.getData()).getValue();
    }

    private static String typeOf(String stem) {
        return "nl.passendonderwijs." + stem.replace('_', '-') + ".v1";
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
        consumer.close();
    }
}
