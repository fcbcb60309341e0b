package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class RooflineTest {
  /** Any processor that runs this does more than 1 GFLOP/s and 100 MB/s, and none does 10 TFLOP/s or TB/s on a core. */
  @Test
  void figuresAreOfThisWorld() {
    var roofline = Roofline.measure(1, 16 << 10, 1.0);
    assertTrue(roofline.flops() > 1e9 && roofline.flops() < 1e13, roofline::text);
    assertTrue(DoubleStream.of(roofline.read(), roofline.write(), roofline.copy(), roofline.triad())
        .allMatch(rate -> rate > 1e8 && rate < 1e13), roofline::text);
  }

  @Test
  void footprintIsWholeVectors() {
    assertThrows(IllegalArgumentException.class, () -> Roofline.measure(1, 100, 0.1));
    assertThrows(IllegalArgumentException.class, () -> Roofline.measure(1, 0, 0.1));
  }
}
