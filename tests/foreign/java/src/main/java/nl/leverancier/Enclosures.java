package nl.leverancier;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObjectJSON;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDHDecrypter;
import com.nimbusds.jose.crypto.MultiEncrypter;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.text.ParseException;
import java.util.List;
import java.util.Map;

/** Sealed parts of an event: JWE in General JSON form, ECDH-ES+A256KW for each recipient, A256GCM for the content. */
final class Enclosures {
    private Enclosures() {}

    /** What an enclosure belongs to: authenticated with the content, so that a moved one does not open. */
    record Belongs(String id, String kind, String subject, String controller) {
        /** As it stands in the JWE. */
        String aad() {
            return Base64URL.encode(text()).toString();
        }

        /** What binds each recipient's key to it: the SHA-256 of what the aad encodes. */
        Base64URL apv() throws Exception {
            return Base64URL.encode(MessageDigest.getInstance("SHA-256").digest(text().getBytes(StandardCharsets.UTF_8)));
        }

        private String text() {
            return String.join(".", id, kind, subject, controller);
        }
    }

    /**
     * Seal a content for these keys. With one recipient Nimbus writes no header for it, and nobody could open it: give two. The AAD it writes
     * as it gets it, so base64url is for us to do.
     */
    static Map<String, Object> seal(Map<String, Object> content, Belongs belongs, List<JWK> to) throws Exception {
        if (to.size() < 2) {
            throw new IllegalArgumentException("seal to two keys at least: your own is a good second");
        }
        JWEObjectJSON jwe =
                new JWEObjectJSON(
                        new JWEHeader.Builder(EncryptionMethod.A256GCM).agreementPartyVInfo(belongs.apv()).build(),
                        new Payload(content),
                        null,
                        belongs.aad().getBytes(StandardCharsets.US_ASCII));
        jwe.encrypt(new MultiEncrypter(new JWKSet(to)));
        return Map.of(
                "id", belongs.id(),
                "kind", belongs.kind(),
                "controller", belongs.controller(),
                "jwe", jwe.toGeneralJSONObject());
    }

    /**
     * What is inside; throws where it was sealed for another case or another key, or was changed. MultiDecrypter fails when there is one
     * recipient, and a referral has one: so its header is joined with the protected one, and ECDHDecrypter does the rest.
     */
    static Map<String, Object> open(Map<String, Object> enclosure, String subject, JWKSet own) throws Exception {
        JWEObjectJSON jwe = JWEObjectJSON.parse(JSONObjectUtils.getJSONObject(enclosure, "jwe"));
        Belongs belongs = new Belongs(text(enclosure, "id"), text(enclosure, "kind"), subject, text(enclosure, "controller"));
        if (!belongs.aad().equals(text(JSONObjectUtils.getJSONObject(enclosure, "jwe"), "aad"))) {
            throw new IllegalArgumentException("sealed for another case, kind, controller or id");
        }
        for (JWEObjectJSON.Recipient recipient : jwe.getRecipients()) {
            JWK key = own.getKeyByKeyId(recipient.getUnprotectedHeader().getKeyID());
            if (key != null) {
                JWEHeader header = (JWEHeader) jwe.getHeader().join(recipient.getUnprotectedHeader());
                byte[] plain =
                        new ECDHDecrypter(key.toECKey())
                                .decrypt(header, recipient.getEncryptedKey(), jwe.getIV(), jwe.getCipherText(), jwe.getAuthTag(), jwe.getAAD());
                return JSONObjectUtils.parse(new String(plain, StandardCharsets.UTF_8));
            }
        }
        throw new IllegalArgumentException("sealed for others");
    }

    private static String text(Map<String, Object> json, String name) throws ParseException {
        return JSONObjectUtils.getString(json, name);
    }
}
