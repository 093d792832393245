/** Sealed parts of an event: JWE in General JSON form, ECDH-ES+A256KW for each recipient, A256GCM for the content. */

import { createHash } from "node:crypto";
import { GeneralEncrypt, generalDecrypt, importJWK, type GeneralJWE, type JWK } from "jose";
import type { Enclosure } from "./contracts/support_requested/v1.js";

const ALG = "ECDH-ES+A256KW";

/** What an enclosure belongs to: authenticated with the content, so that a moved one does not open. */
export interface Belongs {
  id: string;
  kind: Enclosure["kind"];
  subject: string;
  controller: string;
}

/** Seal a content for these keys. With one recipient jose puts its `epk` into the protected header, where nobody can be added: give two. */
export async function seal(content: unknown, belongs: Belongs, to: JWK[]): Promise<Enclosure> {
  if (to.length < 2) throw new Error("seal to two keys at least: your own is a good second");
  const { id, kind, subject, controller } = belongs;
  const aad = new TextEncoder().encode([id, kind, subject, controller].join("."));
  const apv = createHash("sha256").update(aad).digest();
  const sealing = new GeneralEncrypt(new TextEncoder().encode(JSON.stringify(content)))
    .setProtectedHeader({ enc: "A256GCM" })
    .setAdditionalAuthenticatedData(aad);
  for (const key of to) {
    sealing
      .addRecipient(await importJWK(key, ALG))
      .setUnprotectedHeader({ alg: ALG, kid: key.kid! })
      .setKeyManagementParameters({ apv }); // binds the key to what the content belongs to
  }
  return { id, kind, controller, jwe: (await sealing.encrypt()) as unknown as Enclosure["jwe"] };
}

/** What is inside; throws where it was sealed for another case or another key, or was changed. */
export async function open(enclosure: Enclosure, subject: string, own: JWK[]): Promise<unknown> {
  const { id, kind, controller, jwe } = enclosure;
  const recipient = jwe.recipients.find((each) => own.some((key) => key.kid === each.header.kid));
  if (!recipient) throw new Error("sealed for others");
  const key = await importJWK(own.find((each) => each.kid === recipient.header.kid)!, ALG);
  const opened = await generalDecrypt({ ...jwe, recipients: [recipient] } as unknown as GeneralJWE, key);
  const belongs = new TextDecoder().decode(opened.additionalAuthenticatedData);
  if (belongs !== [id, kind, subject, controller].join(".")) throw new Error("sealed for another case, kind, controller or id");
  return JSON.parse(new TextDecoder().decode(opened.plaintext));
}
