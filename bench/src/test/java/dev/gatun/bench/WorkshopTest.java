package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkshopTest {
  /** A process of its own measures and tells; a millisecond for each window proves no speed, only that figures come. */
  @Test
  void figuresComeFromAnotherProcess() {
    var sizes = Map.of("M", List.of(48), "N", List.of(32, 40), "K", List.of(16));
    var rows = Workshop.measure(new Order(Suite.GEMM, sizes, "", 1, false, false, 1, 0.001));
    assertEquals(List.of("48×32×16", "48×40×16"), rows.stream().map(Row::name).toList());
    for (var row : rows) {
      assertTrue(row.seconds() > 0 && row.partOfPeak() > 0 && row.partOfPeak() <= 1 && row.error() < 1e-6, row::toString);
      assertEquals(Map.of(), row.peers());
    }
  }

  @Test
  void aFailureIsTold() {
    var order = new Order(Suite.GEMM, Map.of("M", List.of(-1)), "", 1, false, false, 1, 0.001);
    assertEquals("gemm on 1 thread failed; the reason stands above",
        assertThrows(BenchException.class, () -> Workshop.measure(order)).getMessage());
  }
}
