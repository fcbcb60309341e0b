package dev.gatun.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Definitions against numbers worked out by hand or published, and the identities that the builder knows. */
class DefinitionTest {
  private static final TensorType F64 = TensorType.scalar(DType.F64);

  /** Abramowitz and Stegun, table 7.1. */
  @Test
  void errorFunction() {
    assertEquals(0.1124629160, UnaryFn.ERF.apply(0.1), 1e-10);
    assertEquals(0.5204998778, UnaryFn.ERF.apply(0.5), 1e-10);
    assertEquals(0.8427007929, UnaryFn.ERF.apply(1), 1e-10);
    assertEquals(0.9953222650, UnaryFn.ERF.apply(2), 1e-10);
    assertEquals(-0.9999779095, UnaryFn.ERF.apply(-3), 1e-10);
    assertEquals(1 - 1.541725790028002e-8, UnaryFn.ERF.apply(4), 1e-16);
    assertEquals(1.541725790028002e-8, UnaryFn.ERFC.apply(4), 1e-22);
    assertEquals(0.1572992070502851, UnaryFn.ERFC.apply(1), 1e-15);
    assertEquals(0.4795001221869535, UnaryFn.ERFC.apply(0.5), 1e-15);
    assertEquals(2 - 0.004677734981047266, UnaryFn.ERFC.apply(-2), 1e-15);
    assertEquals(2.088487583762545e-45, UnaryFn.ERFC.apply(10), 1e-59);
  }

  @Test
  void convolutionByHand() {
    var x = Reference.of(TensorType.of(DType.F64, 1, 1, 3, 3), 1, 2, 3, 4, 5, 6, 7, 8, 9);
    var w = Reference.of(TensorType.of(DType.F64, 1, 1, 2, 2), 1, 0, 0, -1);
    var op = new Convolve(Convolve.Role.OUTPUT, x.type().shape(), w.type().shape(), Geometry.square(2, 2, 1, 0), 1);
    var y = Evaluator.apply(op, List.of(x, w), op.infer(List.of(x.type(), w.type()))).getFirst();
    assertArrayEquals(new double[] {-4, -4, -4, -4}, y.data());
  }

  /** softmax([0, ln 2, ln 3]) = [1, 2, 3] / 6. */
  @Test
  void softmaxByHand() {
    var b = new Builder();
    var x = b.table(TensorType.of(DType.F64, 3), 0, Math.log(2), Math.log(3));
    var y = (Constant) b.apply(new Softmax(0), x).node().op();
    assertArrayEquals(new double[] {1 / 6.0, 2 / 6.0, 3 / 6.0}, y.values().stream().mapToDouble(v -> v).toArray(), 1e-15);
  }

  /** Over logits that are all equal each of 3 classes costs ln 3; a label that is none of them, NaN. */
  @Test
  void labelsThatAreNoneOfTheClasses() {
    for (double smoothing : new double[] {0, 0.3}) {
      var b = new Builder();
      var logits = b.constant(TensorType.of(DType.F64, 5, 3), 1);
      var labels = b.table(TensorType.of(DType.I32, 5), -1, 0, 2, 3, Integer.MIN_VALUE);
      var loss = b.apply(new CrossEntropy(1, smoothing), logits, labels);
      double even = Math.log(3);
      assertArrayEquals(new double[] {Double.NaN, even, even, Double.NaN, Double.NaN},
          Evaluator.evaluate(Graph.of(Map.of("loss", loss), Map.of()), Map.of()).get(loss).data(), 1e-15);
    }
  }

  /** The gradients of a value that only stores are added in f32: 1 and 3 are 4. */
  @Test
  void storedValuesUsedTwiceHaveGradients() {
    for (var dtype : List.of(DType.F16, DType.BF16)) {
      var b = new Builder();
      var x = b.source("x", Source.Role.INPUT, TensorType.of(DType.F32, 2, 2));
      var stored = b.cast(x, dtype);
      var once = b.sum(b.cast(stored, DType.F32), List.of(0, 1), false);
      var flat = b.cast(b.reshape(stored, Shape.of(4)), DType.F32);
      var gradient = b.gradients(b.add(once, b.sum(b.mul(flat, 3), List.of(0), false)), List.of(x)).getFirst();
      var found = Evaluator.evaluate(Graph.of(Map.of("g", gradient), Map.of()), Map.of(x, Reference.zeros(x.type())));
      assertArrayEquals(new double[] {4, 4, 4, 4}, found.get(gradient).data());
    }
  }

  @Test
  void equalCallsAreOneNode() {
    var b = new Builder();
    var x = b.source("x", Source.Role.INPUT, TensorType.of(DType.F64, 2, 3));
    assertSame(b.exp(x), b.exp(x));
    assertSame(x, b.transpose(b.transpose(x, List.of(1, 0)), List.of(1, 0)));
    assertSame(x, b.reshape(b.reshape(x, Shape.of(6)), Shape.of(2, 3)));
    assertSame(x, b.mul(b.add(x, 0), 1));
  }

  /** Two draws of one key are one value; draws of different keys or streams are not. */
  @Test
  void drawsAreValues() {
    var b = new Builder();
    var k0 = b.source("k0", Source.Role.INPUT, TensorType.scalar(DType.I32));
    var k1 = b.source("k1", Source.Role.INPUT, TensorType.scalar(DType.I32));
    var shape = Shape.of(4);
    assertSame(b.apply(new Random(shape, 0, DType.F32), k0, k1), b.apply(new Random(shape, 0, DType.F32), k0, k1));
    org.junit.jupiter.api.Assertions.assertNotSame(b.apply(new Random(shape, 0, DType.F32), k0, k1),
        b.apply(new Random(shape, 1, DType.F32), k0, k1));
  }

  @Test
  void withFloatRewritesEveryFloat() {
    var b = new Builder();
    var x = b.source("x", Source.Role.INPUT, TensorType.of(DType.F32, 3));
    var y = b.add(b.cast(b.cast(x, DType.I32), DType.F32), 0.5);
    var wide = Graph.of(Map.of("y", y), Map.of()).withFloat(DType.F64);
    assertEquals(TensorType.of(DType.F64, 3), wide.outputs().get("y").type());
    assertEquals(F64.dtype(), wide.inputs().getFirst().dtype());
  }

  /** The gradient of a value that does not depend on an operand is zero. */
  @Test
  void absentGradientsAreZero() {
    var b = new Builder();
    var x = b.source("x", Source.Role.INPUT, F64);
    var y = b.source("y", Source.Role.INPUT, F64);
    var gradient = (Constant) b.gradients(b.mul(x, 2), List.of(y)).getFirst().node().op();
    assertEquals(0, gradient.value());
  }
}
