package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.Machines;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SuiteTest {
  /** Small sizes of each suite: what a case computes in f32 is what it computes in f64. */
  private static final Map<Suite, Map<String, List<Integer>>> SMALL = Map.of(
      Suite.GEMM, Map.of("M", List.of(7), "N", List.of(5), "K", List.of(9)),
      Suite.PACKED, Map.of("M", List.of(50), "N", List.of(5), "K", List.of(9)),
      Suite.NARROW, Map.of("M", List.of(1, 50), "N", List.of(5), "K", List.of(90)),
      Suite.CONV, Map.of("N", List.of(2), "C", List.of(4), "O", List.of(6), "SIZE", List.of(5, 8), "STRIDE",
          List.of(1, 2), "GROUPS", List.of(1, 2)),
      Suite.WINOGRAD, Map.of("N", List.of(2), "C", List.of(32), "O", List.of(40), "SIZE", List.of(8, 15)),
      Suite.CONVGRAD, Map.of("N", List.of(2), "C", List.of(4), "O", List.of(6), "SIZE", List.of(5, 8)),
      Suite.MAP, Map.of("ELEMENTS", List.of(33)),
      Suite.MEMORY, Map.of("ROWS", List.of(9), "COLUMNS", List.of(17)),
      Suite.NORM, Map.of("ROWS", List.of(3), "COLUMNS", List.of(17)),
      Suite.ATTENTION, Map.of("HEADS", List.of(2), "LENGTH", List.of(5, 40), "SIZE", List.of(3)));

  /** But for whole networks, see {@link TrainingStepTest}. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = {"COLDSTART", "INFER", "RNN", "SERVE", "TRAIN"})
  void everyCaseIsRight(Suite suite) {
    for (var work : suite.works(SMALL.get(suite))) {
      try (var run = work.open(Machines.best(), 2); var exact = work.exact(Machines.best(), 2)) {
        run.run();
        exact.run();
        double error = Agreement.relativeError(work.name(), run.results(), exact.results());
        assertTrue(error <= work.bound(), work.name() + ": " + error);
        assertTrue(work.flops() > 0 || work.bytes() > 0, work.name());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void casesHaveNamesOfTheirOwn(Suite suite) {
    var names = suite.works().stream().map(Work::name).toList();
    assertEquals(names.size(), Set.copyOf(names).size(), () -> "" + names);
    assertEquals(suite, Suite.named(suite.label()));
  }

  @Test
  void sizesMakeAllCombinations() {
    assertEquals(List.of("64×8×512", "64×9×512", "65×8×512", "65×9×512"), Suite.GEMM
        .works(ordered()).stream().map(Work::name).toList());
    assertEquals("gemm has no size O, it has M, N, K",
        assertThrows(IllegalArgumentException.class, () -> Suite.GEMM.works(Map.of("O", List.of(1)))).getMessage());
  }

  private static Map<String, List<Integer>> ordered() {
    var sizes = new java.util.LinkedHashMap<String, List<Integer>>();
    sizes.put("M", List.of(64, 65));
    sizes.put("N", List.of(8, 9));
    return sizes;
  }

  /** What one process is asked for arrives as it was. */
  @Test
  void ordersSurviveTheirArguments() {
    var order = new Order(Suite.CONV, ordered(), "a b", 2, true, false, 3, 0.25);
    assertEquals(order, Order.parse(order.arguments().toArray(String[]::new)));
    var plain = new Order(Suite.MAP, Map.of(), "", 1, false, true, 7, 0);
    assertEquals(plain, Order.parse(plain.arguments().toArray(String[]::new)));
  }

  /** Taps on padding are not of use: of 9 taps at the corners 4 are on the image, at the edges 6. */
  @Test
  void tapsOnPaddingAreNotCounted() {
    assertEquals(2.0 * (4 * 4 + 4 * 6 + 9), Convolution.of("", 1, 3, 1, 3, 1).flops());
  }
}
