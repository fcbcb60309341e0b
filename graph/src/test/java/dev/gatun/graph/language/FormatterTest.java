package dev.gatun.graph.language;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class FormatterTest {

  @SuppressWarnings("unused")
  private static final Iterable<String> EXAMPLES = Trees.EXAMPLES;

  @ParameterizedTest
  @FieldSource("EXAMPLES")
  void examplesKeepTheirMeaning(String name) {
    String text = Trees.example(name);
    String once = Trees.format(text);
    assertEquals(once, Trees.format(once));
    assertEquals(Trees.text(Trees.parse(text)), Trees.text(Trees.parse(once)));
  }

  /** Without the semicolon only the end of line before it separates the statements. */
  @Test
  void semicolonsAtTheBeginningOfLines() {
    assertEquals("""
        train m {
          rate = 1
          batch = 2
        }
        """, Trees.format("train m { rate = 1\n; batch = 2 }"));
    assertEquals("""
        train m {
          data = d  # c
          minimize loss; batch = 2
        }
        """, Trees.format("train m { data = d # c\n ; minimize loss ; batch = 2 }"));
  }

  @Test
  void layout() {
    assertEquals("""
        # A file.
        const a = -1; const b = [1, 2]

        block f(x: f32[N, S..., ...], k = 3) {
          # inside
          y = x[:, :-1, none, ...] |> g(k = k)  # why
              |> h(
                  1,
              )
          skip = if k == -1 { x }
              else {
                y - x ^ -2
              }

          y, skip
          # last
        }
        train m { minimize -loss; augment [x] |> flip; freeze "a.*" = true }
        """, Trees.format("""


        # A file.\s\s
        const a=- 1;;const b=[ 1,2 ];



        block f ( x:f32 [N,S ...,...] ,k=3 )
        {
        # inside
          y=x [ : , : - 1,none,... ]|>g( k=k )# why
        |> h(
        1,
        )
           skip=if k== - 1 {x}
           else {y-x^- 2
        };

          y,skip
        # last

        }
        train m{minimize - loss;augment [x]|>flip;freeze "a.*"=true;}
        """));
  }

  @Test
  void emptyFile() {
    assertEquals("", Trees.format(" \n\n"));
    assertEquals("# c\n", Trees.format("\n# c"));
  }
}
