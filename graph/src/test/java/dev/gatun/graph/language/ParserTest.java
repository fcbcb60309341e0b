package dev.gatun.graph.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParserTest {

  @SuppressWarnings("unused")
  private static final Iterable<String> EXAMPLES = Trees.EXAMPLES;

  @ParameterizedTest
  @FieldSource("EXAMPLES")
  void everyExampleParses(String name) {
    assertTrue(!Trees.parse(Trees.example(name)).declarations().isEmpty());
  }

  /** Both sides give the same tree but for the brackets that show it. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      -x ^ 2              | -(x ^ 2)
      a + b * c           | a + (b * c)
      a - b - c           | (a - b) - c
      a ^ b ^ c           | a ^ (b ^ c)
      a ^ -b              | a ^ (-b)
      not a == b and c    | (not (a == b)) and c
      a or b and c        | a or (b and c)
      p % cells // grid   | (p % cells) // grid
      -a[0].b(1)          | -(((a[0]).b)(1))
      """)
  void precedence(String plain, String bracketed) {
    assertEquals(value(plain), value(bracketed).replaceAll("Group\\[inner=", "Group["), () -> plain);
  }

  private static String value(String expression) {
    String tree = Trees.text(Trees.parse("const v = " + expression));
    String bare = tree;
    while (bare.contains("Group[")) {
      int start = bare.indexOf("Group[");
      int end = closing(bare, start + "Group".length());
      bare = bare.substring(0, start) + bare.substring(start + "Group[inner=".length(), end) + bare.substring(end + 1);
    }
    return bare;
  }

  private static int closing(String text, int open) {
    int depth = 0;
    for (int i = open; ; i++) {
      depth += text.charAt(i) == '[' ? 1 : text.charAt(i) == ']' ? -1 : 0;
      if (depth == 0) {
        return i;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "",
      "# only a comment",
      "block f(x) { x }",
      "block f(x: f32[N, _, S..., ...], k = [1, 2,], _ = none,) { x }",
      "block f(x) { a: [N, 2 * N], _ = g(x); a }",
      "block f(x) {\n  y = if a { x }\n  else if b { x }\n  else { x }\n  y\n}",
      "block f(x) { y, h = scan(axis = 1) xt in x, h = none { h = xt; h }; y }",
      "block f(x) { h = scan(steps = 3) h = x { h = h + 1 }; h }",
      "block f(x) { x[:, 0, none, ..., 1:-1, ::2, a:b:c] }",
      "block f(x) { [a + b for a, b in zip(x, x) if a > b] }",
      "block f(x) { x |> g |> h(1, k = 2) }",
      "block f(x) {\n  x\n    |> g\n    |> h\n}",
      "block f(x) { a = f(1,\n2,\n); a }",
      "model m() { }",
      "model m(x: [N]) { output x; state s: f32[] = 0; update s = s + 1; shared e = f(1); for _, b in l { output b = b } }",
      "import a, b from \"c/d.gat\"",
      "train m { minimize = 3; minimize loss; metric a; metric b = c; freeze \"a.*\" = true; step s { minimize -x } }"})
  void parses(String text) {
    Trees.parse(text);
  }

  @ParameterizedTest
  @FieldSource("dev.gatun.graph.language.ParserFaults#ALL")
  void faults(String expected) {
    String[] parts = expected.split("\n---\n");
    var thrown = assertThrows(LanguageException.class, () -> Trees.parse(parts[0]));
    assertEquals(parts[1].stripTrailing(), thrown.getMessage());
  }

  @Test
  void longLinesAreShownInPart() {
    String text = "const v = [" + "1, ".repeat(1000) + "+, 2]";
    var thrown = assertThrows(LanguageException.class, () -> Trees.parse(text));
    assertTrue(thrown.getMessage().lines().allMatch(l -> l.length() < 260), thrown::getMessage);
    assertTrue(thrown.getMessage().contains("t:1:3012: expected a value, found `+`"), thrown::getMessage);
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "[", "{", "-", "not ", "f(", "x[", "a + (", "if a { ", "a ^ ", "scan x in ", "a = ",
      "a or b and c < -d + e * f ^ (", "else if a { ", ")", "1 + ", "x |> f(", "\"", "#\n", ";", "if ", "for a in ["})
  void noRepetitionIsTooMuch(String part) {
    for (String before : new String[] {"", "const v = ", "block f(x) { x = ", "block f(x) { "}) {
      for (int times : new int[] {50, 700, 100_000}) {
        String text = before + part.repeat(times);
        try {
          Trees.parse(text);
        } catch (LanguageException expected) {
          assertTrue(!expected.diagnostics().isEmpty());
        }
      }
    }
  }

  @Test
  void longChainsAreRefused() {
    var thrown = assertThrows(LanguageException.class, () -> Trees.parse("const v = 1" + " + 1".repeat(1000)));
    assertTrue(thrown.getMessage().contains(": an expression has more than 500 levels"), thrown::getMessage);
    assertThrows(LanguageException.class, () -> Trees.parse(" ".repeat(Lexer.LARGEST_FILE + 1)));
  }
}
