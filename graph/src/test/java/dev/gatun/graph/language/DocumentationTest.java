package dev.gatun.graph.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.graph.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What docs/language.md says is so: its programs stand.
 */
class DocumentationTest {

  private static String text() throws IOException {
    Path page = Path.of("..", "docs", "language.md");
    assumeTrue(Files.exists(page), "not run from the module's folder");
    return Files.readString(page);
  }

  private static List<String> found(String expression, String text) {
    return Pattern.compile(expression, Pattern.DOTALL).matcher(text).results().map(r -> r.group(1)).toList();
  }

  @Test
  void everyProgramStands() throws IOException {
    List<String> programs = found("```gat\n(.*?)```", text());
    assertFalse(programs.isEmpty());
    for (String text : programs) {
      Program program = Program.of(new Source("language.md", text), Map.of());
      for (String model : program.models()) {
        Map<String, Long> sizes = new HashMap<>();
        program.freeSizes(model).forEach(name -> sizes.put(name, 32L));
        assertTrue(program.elaborate(model, sizes, true).recipe() != null || program.models().size() > 1, model);
      }
    }
  }

  /** A program whose recipe cannot be trained says so in the paragraph before it; no other does. */
  @Test
  void refusedRecipesSaySo() throws IOException {
    int refused = 0;
    for (var example : Pattern.compile("([^\n]*)\n\n```gat\n(.*?)```", Pattern.DOTALL).matcher(text()).results().toList()) {
      var program = Program.of(new Source("language.md", example.group(2)), Map.of());
      boolean said = example.group(1).contains("its recipe is refused");
      refused += said ? 1 : 0;
      assertEquals(said, program.models().stream().filter(program::hasRecipe).anyMatch(name -> isRefused(program, name)),
          example.group(2));
    }
    assertEquals(2, refused);
  }

  private static boolean isRefused(Program program, String model) {
    var sizes = new HashMap<String, Long>();
    program.freeSizes(model).forEach(name -> sizes.put(name, 32L));
    var elaborated = program.elaborate(model, sizes, true);
    try {
      Trainer.check(elaborated);
      return false;
    } catch (LanguageException e) {
      return true;
    }
  }
}
