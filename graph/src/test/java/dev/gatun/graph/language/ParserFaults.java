package dev.gatun.graph.language;

import java.util.List;

/** Programs that do not parse, each with the whole text of what is said about it. */
final class ParserFaults {

  static final List<String> ALL = List.of("""
      model two(x: f32[N, 4] {
      }
      ---
      t:1:24: expected `,` or `)` after a model's input, found `{`
      model two(x: f32[N, 4] {
                             ^ the `(` of 1:10 is still open""", """
      model vae(kl: f32[]) {
        loss = kl
        - 0.5 * kl
      }
      ---
      t:3:3: the value of this expression is not used
        - 0.5 * kl
        ^ a line that begins with `-` is a new statement: end the line before with the `-`""", """
      block f(x) {
        x + 1
        x
      }
      ---
      t:2:3: the value of this expression is not used
        x + 1
        ^^^^^ bind it to a name, or make it the last statement of a block""", """
      block f(x) { y = x }
      ---
      t:1:12: a block has a result: the last statement of this body gives none
      block f(x) { y = x }
                 ^ end the body with a value""", """
      block f(x) { y = if a { b = 1 } else { 2 }; y }
      ---
      t:1:23: an `if` whose value is used has a result: the last statement of this body gives none
      block f(x) { y = if a { b = 1 } else { 2 }; y }
                            ^ end the body with a value""", """
      block f(x) { y = = x; 3 + * 4; z = (1 2); x }
      ---
      t:1:18: expected a value, found `=`
      block f(x) { y = = x; 3 + * 4; z = (1 2); x }
                       ^ the `{` of 1:12 is still open
      t:1:27: expected a value, found `*`
      block f(x) { y = = x; 3 + * 4; z = (1 2); x }
                                ^ the `{` of 1:12 is still open
      t:1:39: expected `)` after a value, found `2`
      block f(x) { y = = x; 3 + * 4; z = (1 2); x }
                                            ^ the `(` of 1:36 is still open""", """
      block f(x) {
        y = x
      model m(x: f32[N]) { output x }
      ---
      t:3:1: expected `}` at the end of a body, found `model`
      model m(x: f32[N]) { output x }
      ^^^^^ the `{` of 1:12 is still open""", """
      const a = 1 < 2 < 3
      ---
      t:1:17: comparisons do not chain
      const a = 1 < 2 < 3
                      ^ write a < b and b < c""", """
      const a = f(k = 1, 2)
      ---
      t:1:20: an argument without a name stands after one with a name
      const a = f(k = 1, 2)
                         ^ arguments by place come first""", """
      const a = "open
      const b = 3 $ 4
      ---
      t:1:11: a string ends on its line
      const a = "open
                ^^^^^ the closing `"` is missing; to have one inside write \\"
      t:2:13: `$` is no part of the language
      const b = 3 $ 4
                  ^ outside comments and strings the language is ASCII
      t:2:15: expected the end of the statement, found `4`
      const b = 3 $ 4
                    ^""", """
      const Width = 1; block in(x) { x }
      ---
      t:1:7: expected the name of a constant, found `Width`
      const Width = 1; block in(x) { x }
            ^^^^^ names begin with a small letter
      t:1:24: expected the name of a block, found `in`
      const Width = 1; block in(x) { x }
                             ^^ `in` is a reserved word""", """
      x = 1
      ---
      t:1:1: expected import, const, shared, block, model or train, found `x`
      x = 1
      ^ statements stand in the body of a block or model""", """
      block f(x) { x[0] = 1; f(x), y = 2; x }
      ---
      t:1:14: only a name can be bound
      block f(x) { x[0] = 1; f(x), y = 2; x }
                   ^^^^ tensors and lists are not assigned into
      t:1:24: only a name can be bound
      block f(x) { x[0] = 1; f(x), y = 2; x }
                             ^^^^ tensors and lists are not assigned into""", """
      block f(x) { y = 1 + if a { 1 } else { 2 }; y }
      ---
      t:1:22: `if` cannot stand beside an operator
      block f(x) { y = 1 + if a { 1 } else { 2 }; y }
                           ^^ put it in brackets: (if …)""", """
      const a = 9_223_372_036_854_775_808
      ---
      t:1:11: an int goes up to 9223372036854775807
      const a = 9_223_372_036_854_775_808
                ^^^^^^^^^^^^^^^^^^^^^^^^^ 1e20 is a float""", """
      train m { loss; minimize x }
      ---
      t:1:15: expected `=` after the setting `loss`, found `;`
      train m { loss; minimize x }
                    ^ the `{` of 1:9 is still open""");

  private ParserFaults() {}
}
