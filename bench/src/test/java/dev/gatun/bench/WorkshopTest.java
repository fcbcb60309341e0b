package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkshopTest {
  /** Sizes that cannot be measured are named with the reason. */
  @Test
  void whatCannotBeMeasuredIsTold() {
    int most = Integer.MAX_VALUE;
    assertEquals("gemm on 1 thread, -1×512×512: a size is an int from 0 to 2147483647, found an int, -1",
        fault(Suite.GEMM, Map.of("M", List.of(-1))));
    assertEquals("gemm on 1 thread, 2147483647×512×512: its tensors have more elements than can be counted",
        fault(Suite.GEMM, Map.of("M", List.of(most))));
    assertEquals("gemm on 1 thread, 2147483647×512×1: the Java heap holds no tensors so large",
        fault(Suite.GEMM, Map.of("M", List.of(most), "K", List.of(1))));
    assertEquals("norm on 1 thread, layer_norm and gradient, 1×1: 1 of 1 numbers are 0, which proves nothing",
        fault(Suite.NORM, Map.of("ROWS", List.of(1), "COLUMNS", List.of(1))));
  }

  private static String fault(Suite suite, Map<String, List<Integer>> sizes) {
    var order = new Order(suite, sizes, "", 1, false, false, 1, 0.001);
    return assertThrows(BenchException.class, () -> Workshop.measure(order, _ -> { })).getMessage();
  }
}
