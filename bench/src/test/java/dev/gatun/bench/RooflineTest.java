package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class RooflineTest {
  /** Any processor does more than 100 MFLOP/s and 100 MB/s even while others use it, and no core 10 TFLOP/s or TB/s. */
  @Test
  void figuresAreOfThisWorld() {
    var roofline = Roofline.measure(1, 16 << 10, 0.1);
    assertTrue(roofline.flops() > 1e8 && roofline.flops() < 1e13, roofline::text);
    assertTrue(DoubleStream.of(roofline.read(), roofline.write(), roofline.copy(), roofline.triad())
        .allMatch(rate -> rate > 1e8 && rate < 1e13), roofline::text);
  }

  @Test
  void footprintIsWholeVectors() {
    assertThrows(IllegalArgumentException.class, () -> Roofline.measure(1, 100, 0.1));
    assertThrows(IllegalArgumentException.class, () -> Roofline.measure(1, 0, 0.1));
  }
}
