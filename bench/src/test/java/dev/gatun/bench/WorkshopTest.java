package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkshopTest {
  @Test
  void aFailureIsTold() {
    var order = new Order(Suite.GEMM, Map.of("M", List.of(-1)), "", 1, false, false, 1, 0.001);
    assertEquals("gemm on 1 thread failed; the reason stands above",
        assertThrows(BenchException.class, () -> Workshop.measure(order, _ -> { })).getMessage());
  }

  /** Sizes that cannot be measured are named with the reason. */
  @Test
  void whatCannotBeMeasuredIsTold() {
    assertEquals("gemm on 1 thread, 2147483647×2147483647×1: its tensors have more elements than can be counted",
        fault(Suite.GEMM, Map.of("M", List.of(Integer.MAX_VALUE), "N", List.of(Integer.MAX_VALUE), "K", List.of(1))));
    assertEquals("norm on 1 thread, layer_norm and gradient, 1×1: 1 of 1 numbers are 0, which proves nothing",
        fault(Suite.NORM, Map.of("ROWS", List.of(1), "COLUMNS", List.of(1))));
  }

  private static String fault(Suite suite, Map<String, List<Integer>> sizes) {
    var order = new Order(suite, sizes, "", 1, false, false, 1, 0.001);
    return assertThrows(BenchException.class, () -> Workshop.measure(order, _ -> { })).getMessage();
  }
}
