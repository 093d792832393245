package nl.leverancier;

import com.fasterxml.jackson.core.type.TypeReference;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.cloudevents.CloudEvent;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import nl.leverancier.contracts.consent_given.ConsentGiven;
import nl.leverancier.contracts.jgt_referral_accepted.JGTReferralAccepted;
import nl.leverancier.contracts.jgt_referred.JGTReferred;
import nl.leverancier.contracts.parents_consulted.ParentsConsulted;
import nl.leverancier.contracts.support_requested.SupportRequested;

/** From a school's request for support to the gemeente's answer: each step printed when it is done. */
final class Walk {
    /** Invented, as everything here. */
    private static final Map<String, Map<String, Object>> CONTENTS =
            Map.of(
                    "identity", Map.of("givenNames", "Noor", "familyName", "Verzonnen", "birthDate", "2018-01-01"),
                    "contact", Map.of("people", List.of(Map.of("name", "A. Verzonnen", "relation", "parent"))),
                    "story", Map.of("text", "Een verzonnen verhaal."));

    private final String subject = UUID.randomUUID().toString();
    private final String controller;
    private final Map<String, Object> doorKeys;
    private final JWK schoolKey;

    private Walk(String controller, Map<String, Object> doorKeys) throws Exception {
        this.controller = controller;
        this.doorKeys = doorKeys;
        this.schoolKey = new ECKeyGenerator(Curve.P_256).algorithm(JWEAlgorithm.ECDH_ES_A256KW).keyIDFromThumbprint(true).generate();
    }

    public static void main(String[] told) throws Exception {
        Walk walk = new Walk(told[1], JSONObjectUtils.parse(Files.readString(Path.of(told[5]))));
        try (Party board = new Party(told[0], told[1], told[2]);
                Party gemeente = new Party(told[0], told[3], told[4])) {
            walk.go(board, gemeente, JWKSet.load(new File(told[6])));
        }
    }

    private void go(Party board, Party gemeente, JWKSet own) throws Exception {
        String today = LocalDate.now(ZoneOffset.UTC).toString();
        board.emit(
                "support_requested",
                subject,
                new SupportRequested()
                        .withSchool("90AA00")
                        .withHomeMunicipality(gemeente.id)
                        .withAgeBand(SupportRequested.AgeBand._8_9)
                        .withRecognisedOn(today)
                        .withEnclosures(Party.JSON.convertValue(List.of(sealed("identity"), sealed("contact")), new TypeReference<>() {})));
        board.emit(
                "parents_consulted",
                subject,
                new ParentsConsulted()
                        .withHeldOn(today)
                        .withPresent(List.of("parent", "teacher"))
                        .withChildHeard("heard")
                        .withYouthTeam("refer")
                        .withEnclosures(Party.JSON.convertValue(List.of(sealed("story")), new TypeReference<>() {})));
        board.emit(
                "consent_given",
                subject,
                new ConsentGiven()
                        .withPurposes(List.of("refer_to_youth_team"))
                        .withAgreedBy(List.of("parent"))
                        .withAgreedOn(today)
                        .withForm("written"));
        CloudEvent referral = gemeente.hear("jgt_referred", event -> subject.equals(event.getSubject()));
        JGTReferred asked = Party.dataOf(referral, JGTReferred.class);
        System.out.println(
                gemeente.id + " hears jgt_referred " + referral.getId() + " for team " + asked.getTeam() + ", of " + referral.getSource());
        List<Map<String, Object>> enclosures = Party.JSON.convertValue(asked.getEnclosures(), new TypeReference<>() {});
        for (Map<String, Object> enclosure : enclosures) {
            if (!Enclosures.open(enclosure, subject, own).equals(CONTENTS.get(enclosure.get("kind")))) {
                throw new IllegalStateException("what was opened is not what was sealed");
            }
            System.out.println(gemeente.id + " opens " + enclosure.get("kind"));
        }
        gemeente.emit(
                "jgt_referral_accepted", subject, new JGTReferralAccepted().withReferral(referral.getId()).withAcceptedOn(today));
    }

    /** Sealed for the door, by what it answers at /v1/deursleutels, and for the school itself, which may want to read it again. */
    private Map<String, Object> sealed(String kind) throws Exception {
        List<JWK> to = new ArrayList<>(List.of(schoolKey.toPublicJWK()));
        for (String service : JSONObjectUtils.getStringList(JSONObjectUtils.getJSONObject(doorKeys, "kinds"), kind)) {
            to.add(JWKSet.parse(JSONObjectUtils.getJSONObject(JSONObjectUtils.getJSONObject(doorKeys, "keys"), service)).getKeys().get(0));
        }
        Enclosures.Belongs belongs = new Enclosures.Belongs(UUID.randomUUID().toString(), kind, subject, controller);
        return Enclosures.seal(CONTENTS.get(kind), belongs, to);
    }
}
