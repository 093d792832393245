package nl.leverancier;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Seals or opens one enclosure: JSON comes in and goes out. */
final class Sealing {
    private Sealing() {}

    public static void main(String[] told) throws Exception {
        Map<String, Object> input = JSONObjectUtils.parse(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
        JWKSet keys = JWKSet.parse(Map.of("keys", input.get("keys")));
        Map<String, Object> to = JSONObjectUtils.getJSONObject(input, "belongs");
        Enclosures.Belongs belongs =
                new Enclosures.Belongs(
                        (String) to.get("id"), (String) to.get("kind"), (String) to.get("subject"), (String) to.get("controller"));
        Map<String, Object> result =
                told[0].equals("seal")
                        ? Enclosures.seal(JSONObjectUtils.getJSONObject(input, "content"), belongs, keys.getKeys())
                        : Enclosures.open(JSONObjectUtils.getJSONObject(input, "enclosure"), belongs.subject(), keys);
        System.out.println(JSONObjectUtils.toJSONString(result));
    }
}
