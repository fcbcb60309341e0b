package dev.gatun.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void writesEveryKindOfValue() {
    var object = new LinkedHashMap<String, Object>();
    object.put("text", "a \"quoted\" \\ line\n\tand \u0001");
    object.put("numbers", Arrays.asList(1, -2L, 0.5, 1e-9, 3f));
    object.put("nothing", null);
    object.put("not a number", Double.NaN);
    object.put("infinite", Float.POSITIVE_INFINITY);
    object.put("truth", true);
    assertEquals("{\"text\": \"a \\\"quoted\\\" \\\\ line\\n\\tand \\u0001\", \"numbers\": [1, -2, 0.5, 1.0E-9, 3.0], "
        + "\"nothing\": null, \"not a number\": null, \"infinite\": null, \"truth\": true}", Json.text(object));
  }

  @Test
  void halvesOfCharactersAreEscaped() {
    assertEquals("\"\\ud83d\"", Json.text("\ud83d"));
    assertEquals("\"\ud83d\ude00\"", Json.text("\ud83d\ude00"));
  }
}
