/** From a school's request for support to the gemeente's answer: each step printed when it is done. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";
import type { ConsentGiven } from "./contracts/consent_given/v1.js";
import type { JGTReferralAccepted } from "./contracts/jgt_referral_accepted/v1.js";
import type { JGTReferred } from "./contracts/jgt_referred/v1.js";
import type { ParentsConsulted } from "./contracts/parents_consulted/v1.js";
import type { Enclosure, SupportRequested } from "./contracts/support_requested/v1.js";
import { open, seal } from "./enclosure.js";
import { Party } from "./party.js";

interface JWKS {
  keys: JWK[];
}
/** What a door answers at /v1/deursleutels: to whose keys each kind is sealed. */
interface DoorKeys {
  kinds: Record<Enclosure["kind"], string[]>;
  keys: Record<string, JWKS>;
}

const [broker, boardId, boardSource, gemeenteId, gemeenteSource, doorKeysFile, ownKeysFile] = process.argv.slice(2) as [
  ...[string, string, string, string, string],
  ...[string, string],
];
const doorKeys = JSON.parse(readFileSync(doorKeysFile, "utf8")) as DoorKeys;
const ownKeys = JSON.parse(readFileSync(ownKeysFile, "utf8")) as JWKS;
const board = new Party(broker, boardId, boardSource);
const gemeente = new Party(broker, gemeenteId, gemeenteSource);
const today = new Date().toISOString().slice(0, 10);
const subject = randomUUID();

const schoolKey = await exportJWK((await generateKeyPair("ECDH-ES+A256KW", { crv: "P-256", extractable: true })).publicKey);
schoolKey.kid = await calculateJwkThumbprint(schoolKey);

/** Invented, as everything here. */
const contents = {
  identity: { givenNames: "Noor", familyName: "Verzonnen", birthDate: "2018-01-01" },
  contact: { people: [{ name: "A. Verzonnen", relation: "parent", phone: "06 0000 0000" }] },
  story: { text: "Een verzonnen verhaal." },
};

/** Sealed for the door, and for the school itself, which may want to read it again. */
async function sealed(kind: Enclosure["kind"]): Promise<Enclosure> {
  const door = doorKeys.kinds[kind].map((service) => doorKeys.keys[service]!.keys[0]!);
  return seal(contents[kind], { id: randomUUID(), kind, subject, controller: boardId }, [...door, schoolKey]);
}

await Promise.all([board.start(), gemeente.start()]);
try {
  await board.emit<SupportRequested>("support_requested", subject, {
    school: "90AA00",
    homeMunicipality: gemeenteId,
    ageBand: "8-9",
    recognisedOn: today,
    enclosures: [await sealed("identity"), await sealed("contact")],
  });
  await board.emit<ParentsConsulted>("parents_consulted", subject, {
    heldOn: today,
    present: ["parent", "teacher"],
    childHeard: "heard",
    youthTeam: "refer",
    enclosures: [await sealed("story")],
  });
  await board.emit<ConsentGiven>("consent_given", subject, {
    purposes: ["refer_to_youth_team"],
    agreedBy: ["parent"],
    agreedOn: today,
    form: "written",
  });
  const referral = await gemeente.hear<JGTReferred>("jgt_referred", (event) => event.subject === subject);
  console.log(`${gemeente.id} hears jgt_referred ${referral.id} for team ${referral.data?.team}, of ${referral.source}`);
  for (const enclosure of referral.data?.enclosures ?? []) {
    assert.deepEqual(await open(enclosure, subject, ownKeys.keys), contents[enclosure.kind]);
    console.log(`${gemeente.id} opens ${enclosure.kind}`);
  }
  await gemeente.emit<JGTReferralAccepted>("jgt_referral_accepted", subject, { referral: referral.id, acceptedOn: today });
} finally {
  await Promise.all([board.stop(), gemeente.stop()]);
}
