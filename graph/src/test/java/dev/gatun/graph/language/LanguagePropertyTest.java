package dev.gatun.graph.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever the text: a tree or a {@link LanguageException}, and a formatter that changes no meaning. */
class LanguagePropertyTest {

  private static final List<String> WORDS = List.of("import", "const", "shared", "block", "model", "train", "param",
      "state", "update", "output", "for", "in", "if", "else", "scan", "and", "not", "true", "none", "x", "y", "f", "_",
      "N", "S", "f32", "1", "2.5", "\"s\"", "(", ")", "[", "]", "{", "}", ",", ":", ".", "...", "=", "+", "-", "*", "//",
      "@", "^", "==", "<", "|>", ";", "\n", "\n\n", "# c\n", "f(x)", "block f(x) { x }", "{ x }", "minimize", "step", "é", "\"");

  @Property(tries = 2000)
  void soup(@ForAll("words") String text) {
    check(text);
  }

  @Property(tries = 1000)
  void anyText(@ForAll String text) {
    check(text);
  }

  @Property(tries = 1000)
  void mutants(@ForAll("examples") String example, @ForAll long seed) {
    check(mutate(example, new Random(seed)));
  }

  @Property(tries = 500)
  void brokenLayout(@ForAll("examples") String example, @ForAll long seed) {
    var random = new Random(seed);
    StringBuilder text = new StringBuilder();
    for (Token token : Lexer.raw(new Source("t", example), new ArrayList<>())) {
      boolean ends = token.lines() > 0 || token.kind() == Token.Kind.COMMENT;
      text.append(ends ? "\n".repeat(1 + random.nextInt(3)) : " ".repeat(1 + random.nextInt(2))).append(token.text());
      boolean within = token.is("(") || token.is(",") || token.is("|>") || token.is("{") || token.is("=");
      text.append(within && random.nextInt(4) == 0 ? random.nextBoolean() ? "\n" : " # note\n" : "");
    }
    assertEquals(Trees.text(Trees.parse(example)), Trees.text(Trees.parse(text.toString())));
    check(text.toString());
  }

  @Property(tries = 600)
  void elaboration(@ForAll("examples") String example, @ForAll long seed) {
    var random = new Random(seed);
    try {
      Program program = Program.of(new Source("t", mutate(example, random)), Map.of("depth", "2", "width", "8"));
      for (String model : program.models()) {
        Map<String, Long> sizes = new HashMap<>();
        program.freeSizes(model).forEach(name -> sizes.put(name, 1L + random.nextInt(40)));
        program.elaborate(model, sizes, random.nextBoolean());
      }
    } catch (LanguageException expected) {
      assertFalse(expected.getMessage().isEmpty());
    } catch (IllegalArgumentException override) {
      assertTrue(override.getMessage().contains("constant"), override::toString);
    }
  }

  private static void check(String text) {
    Syntax.File tree;
    try {
      tree = Trees.parse(text);
    } catch (LanguageException expected) {
      assertFalse(expected.getMessage().isEmpty());
      return;
    }
    String once = Trees.format(text);
    assertEquals(Trees.text(tree), Trees.text(Trees.parse(once)));
    assertEquals(once, Trees.format(once));
  }

  /** Drops, doubles, swaps or replaces a few tokens. */
  private static String mutate(String text, Random random) {
    List<Token> tokens = new ArrayList<>(Lexer.raw(new Source("t", text), new ArrayList<>()));
    List<String> words = new ArrayList<>();
    tokens.forEach(t -> words.add((t.lines() > 0 ? "\n" : " ") + t.text() + (t.kind() == Token.Kind.COMMENT ? "\n" : "")));
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      int at = random.nextInt(words.size());
      switch (random.nextInt(4)) {
        case 0 -> words.remove(at);
        case 1 -> words.add(at, words.get(at));
        case 2 -> words.set(at, " " + WORDS.get(random.nextInt(WORDS.size())));
        default -> words.add(at, words.get(random.nextInt(words.size())));
      }
    }
    return String.join("", words);
  }

  @Provide
  Arbitrary<String> words() {
    return Arbitraries.of(WORDS).list().ofMaxSize(40).map(list -> String.join(" ", list));
  }

  @Provide
  Arbitrary<String> examples() {
    return Arbitraries.of(Trees.EXAMPLES).map(Trees::example);
  }
}
