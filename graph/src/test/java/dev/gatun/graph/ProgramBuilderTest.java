package dev.gatun.graph;

import static dev.gatun.graph.language.Term.call;
import static dev.gatun.graph.language.Term.name;
import static dev.gatun.graph.language.Term.named;
import static dev.gatun.graph.language.Term.rest;
import static dev.gatun.graph.language.Term.slice;
import static dev.gatun.graph.language.Term.type;
import static dev.gatun.graph.language.Term.typed;
import static dev.gatun.memory.DType.F32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.language.Formatter;
import dev.gatun.graph.language.LanguageException;
import dev.gatun.graph.language.ProgramBuilder;
import dev.gatun.graph.language.Source;
import dev.gatun.graph.language.Term;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Programs that Java writes: their text, and faults that name the line of Java. */
class ProgramBuilderTest {

  /** A line's number is the builder's business, and this test's own. */
  private static String text(ProgramBuilder program) {
    return program.text().replaceAll("ProgramBuilderTest.java:\\d+", "J");
  }

  @Test
  void theTextIsTheLanguageInCanonicalLayout() {
    var program = new ProgramBuilder();
    var encode = program.shared("encode", "linear", 8, named("bias", false));
    program.block("scaled", List.of(typed("x", type(F32, "N", "S...")), named("by", -0.5)), b -> {
      var gain = b.param("gain", type(F32), 1);
      b.result(b.get("x").times(gain.plus(b.get("by"))));
    });
    var m = program.model("all");
    var x = m.input("x", type(F32, "N", 4));
    var kept = m.state("kept", type(F32, 8), 0);
    var y = m.let("y", x.negative().pipe("scaled", 1e-7).pipe("encode"));
    m.update(kept, call("sum", y, named("axis", 0)).over(2));
    var tied = m.let("tied", y.matmul(encode.member("weight")));
    m.let(List.of("_", "h"), m.scan(List.of(named("axis", 1)), List.of(Term.in("xt", tied), named("h", call("zeros",
        List.of(name("N"))))), s -> {
          s.let("h", s.get("h").plus(s.get("xt")));
          s.result(s.get("h"));
        }));
    var chosen = m.let("chosen",
        m.choose(name("training"), b -> b.result(y), b -> b.result(y.at(rest(), slice(0, null)))));
    m.output("z", m.let("w", type(F32, "...", "D"), chosen));
    m.train().minimize(call("mse", m.get("h"), 0.0, named("reduce", "mean"))).set("l2", "*.gain", 0.1)
        .metric(call("mean", chosen));
    assertEquals("""
        shared encode = linear(8, bias = false)  # J

        block scaled(x: f32[N, S...], by = -0.5) {  # J
          param gain: f32[] = 1  # J
          x * (gain + by)  # J
        }

        model all(
            x: f32[N, 4],  # J
        ) {
          state kept: f32[8] = 0  # J
          y = -x |> scaled(1.0e-7) |> encode  # J
          update kept = sum(y, axis = 0) / 2  # J
          tied = y @ encode.weight  # J
          _, h = scan(axis = 1) xt in tied, h = zeros([N]) {  # J
            h = h + xt  # J
            h  # J
          }
          chosen = if training {  # J
            y  # J
          } else {
            y[..., 0:]  # J
          }
          w: f32[..., D] = chosen  # J
          output z = w  # J
        }

        train all {
          minimize mse(h, 0.0, reduce = "mean")  # J
          l2 "*.gain" = 0.1  # J
          metric mean(chosen)  # J
        }
        """, text(program));
    assertEquals(program.text(), Formatter.format(new Source("built", program.text())));
    var elaborated = Model.of(program.build()).elaborate(Map.of("N", 3L), true);
    assertEquals(List.of("y.gain", "encode.weight"), elaborated.parameters().stream().map(p -> p.name()).toList());
  }

  /** The first place is that of the text; the line that is shown ends with the line of Java. */
  @Test
  void faultsShowTheLineOfJava() {
    var program = new ProgramBuilder();
    var m = program.model("lenet");
    var image = m.input("image", type(F32, "N", 1, 8, 8));
    int here = StackWalker.getInstance().walk(frames -> frames.findFirst().orElseThrow().getLineNumber());
    m.output("c1", image.pipe("conv", 6, named("kernal", 5)));
    var built = Model.of(program.build());
    var fault = assertThrows(LanguageException.class, () -> built.elaborate(true));
    assertEquals("""
        program:4:32: conv has no argument `kernal`
          output c1 = image |> conv(6, kernal = 5)  # ProgramBuilderTest.java:%d
                                       ^^^^^^ did you mean `kernel`? conv(x, channels, kernel, stride = 1, pad = 0, \
        dilation = 1, groups = 1, bias = true, init = fan_in_uniform())""".formatted(here + 1),
        fault.getMessage());
  }

  @Test
  void anEarlierValueOfANameIsNotMistakenForTheLatest() {
    var m = new ProgramBuilder().model("twice");
    var x = m.input("x", type(F32, "N"));
    var first = m.let("y", x.plus(1));
    m.let("y", x.plus(2));
    var fault = assertThrows(IllegalStateException.class, () -> m.output("z", first));
    assertTrue(fault.getMessage().matches("`y` was bound again at ProgramBuilderTest.java:\\d+, so this earlier value "
        + "of it has no name: bind one of the two to another"), fault.getMessage());
  }

  @Test
  void aBlockSeesItsArgumentsAlone() {
    var program = new ProgramBuilder();
    var x = program.model("outer").input("x", type(F32, "N"));
    var fault = assertThrows(IllegalArgumentException.class,
        () -> program.block("inner", List.of(), b -> b.result(x.plus(1))));
    assertEquals("`x` is bound in another body: a block sees its arguments alone, and a branch or scan hands out its "
        + "results", fault.getMessage());
  }

  @Test
  void whatIsNoValueOrNameIsRefused() {
    var m = new ProgramBuilder().model("refusals");
    assertEquals("a name is made of letters, digits and _, found `x = 1\ny`",
        assertThrows(IllegalArgumentException.class, () -> m.let("x = 1\ny", 2)).getMessage());
    assertEquals("the model language has no value like NaN, a java.lang.Double",
        assertThrows(IllegalArgumentException.class, () -> m.let("x", Double.NaN)).getMessage());
  }
}
