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
}
