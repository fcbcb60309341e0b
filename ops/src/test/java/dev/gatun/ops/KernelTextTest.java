package dev.gatun.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.memory.DType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Kernels as people read them. */
class KernelTextTest {
  private static final Expr X = new Expr.Input(0, DType.F32);
  private static final Expr Y = new Expr.Input(1, DType.F32);

  private static String text(KernelSpec spec, long[]... strides) {
    var in = IntStream.range(0, spec.in().size()).mapToObj(i -> new Plan.Operand(0, 0, spec.in().get(i),
        Arrays.stream(strides[i]).boxed().toList(), List.of())).toList();
    return KernelText.of(new Plan.Run(spec, Choice.anyLayout("test", spec, 0, 0), in, List.of(), -1, ""));
  }

  private static Expr apply(BinaryFn fn, Expr x, Expr y) {
    return new Expr.Apply2(fn, x, y);
  }

  private static String expr(Expr e) {
    var type = TensorType.scalar(DType.F32);
    var text = text(new KernelSpec.Map(type.shape(), List.of(type, type), List.of(e)), new long[0], new long[0]);
    return text.substring("y0 = ".length(), text.length() - ";\n".length());
  }

  @Test
  void operatorsBindAsInJava() {
    assertEquals("x0 - (x1 - x0)", expr(apply(BinaryFn.SUB, X, apply(BinaryFn.SUB, Y, X))));
    assertEquals("x0 - x1 - x0", expr(apply(BinaryFn.SUB, apply(BinaryFn.SUB, X, Y), X)));
    assertEquals("(x0 + x1) * x0", expr(apply(BinaryFn.MUL, apply(BinaryFn.ADD, X, Y), X)));
    assertEquals("x0 * (x1 / x0)", expr(apply(BinaryFn.MUL, X, apply(BinaryFn.DIV, Y, X))));
    assertEquals("x0 / x1 * x0", expr(apply(BinaryFn.MUL, apply(BinaryFn.DIV, X, Y), X)));
    assertEquals("x0 / (x1 * x0)", expr(apply(BinaryFn.DIV, X, apply(BinaryFn.MUL, Y, X))));
    assertEquals("-(x0 + 0.5)", expr(new Expr.Apply1(UnaryFn.NEG,
        apply(BinaryFn.ADD, X, new Expr.Literal(0.5, DType.F32)))));
    assertEquals("x0 < x1 ? max(x0, 0) : exp(x1)", expr(new Expr.Choose(apply(BinaryFn.LESS, X, Y),
        apply(BinaryFn.MAX, X, new Expr.Literal(0, DType.F32)), new Expr.Apply1(UnaryFn.EXP, Y))));
    assertEquals("(int) (x0 + x1)", expr(new Expr.Convert(apply(BinaryFn.ADD, X, Y), DType.I32)));
  }

  @Test
  void whatOccursTwiceHasAName() {
    var sum = apply(BinaryFn.ADD, X, Y);
    var type = TensorType.of(DType.F32, 2, 3);
    assertEquals("""
        for (int i0 = 0; i0 < 2; i0++) {
          for (int i1 = 0; i1 < 3; i1++) {
            float t0 = x0[i0, i1] + x1[i1];
            y0[i0, i1] = exp(t0) * t0;
          }
        }
        """, text(new KernelSpec.Map(type.shape(), List.of(type, type),
        List.of(apply(BinaryFn.MUL, new Expr.Apply1(UnaryFn.EXP, sum), sum))), new long[] {3, 1}, new long[] {0, 1}));
  }

  @Test
  void rowsFoldBeforeTheyMap() {
    var type = TensorType.of(DType.F32, 2, 3);
    var row = new KernelSpec.Row(type.shape(), List.of(1), List.of(type),
        List.of(new KernelSpec.Reduction(KernelSpec.Fold.SUM, apply(BinaryFn.MUL, X, X))), List.of(),
        List.of(apply(BinaryFn.DIV, X, new Expr.Fold(0, DType.F32))));
    assertEquals("""
        for (int i0 = 0; i0 < 2; i0++) {
          float r0 = 0;
          for (int i1 = 0; i1 < 3; i1++) {
            r0 += x0[i0, i1] * x0[i0, i1];
          }
          for (int i1 = 0; i1 < 3; i1++) {
            y0[i0, i1] = x0[i0, i1] / r0;
          }
        }
        """, text(row, new long[] {3, 1}));
    assertEquals("sum over [1]", KernelText.name(row));
  }

  @Test
  void productsShowWhatFollowsThem() {
    var product = new MatMul();
    var in = List.of(TensorType.of(DType.F32, 2, 4), TensorType.of(DType.F32, 4, 3), TensorType.of(DType.F32, 2, 3));
    var results = product.infer(in.subList(0, 2));
    var epilogue = new KernelSpec.Map(results.getFirst().shape(), List.of(results.getFirst(), in.get(2)),
        List.of(apply(BinaryFn.ADD, X, Y)));
    assertEquals("""
        t = x0 @ x1;
        for (int i0 = 0; i0 < 2; i0++) {
          for (int i1 = 0; i1 < 3; i1++) {
            y0[i0, i1] = t[i0, i1] + x2[i1];
          }
        }
        """, text(new KernelSpec.Direct(product, in, results, epilogue), new long[] {4, 1}, new long[] {3, 1},
        new long[] {0, 1}));
  }
}
