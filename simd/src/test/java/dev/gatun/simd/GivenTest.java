package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.ops.Choice;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Properties replace what was detected and what is expected, and nothing else is taken. */
class GivenTest {
  private static <T> T with(String property, String value, Supplier<T> read) {
    System.setProperty(property, value);
    try {
      return read.get();
    } finally {
      System.clearProperty(property);
    }
  }

  @Test
  void theMachineIsDescribedAnew() {
    var found = new Machine(256, 16, 32 << 10, 512 << 10, 2);
    assertEquals(found, Machine.given(found));
    assertEquals(new Machine(128, 16, 49152, 512 << 10, 2),
        with(Machine.PROPERTY, "level1=49152, vector_bits=128", () -> Machine.given(found)));
  }

  @Test
  void costsAreReplacedAndKernelsMadeDearer() {
    assertEquals(new Costs(50e9, 10e9, Map.of()), Costs.given());
    var costs = with(Costs.PROPERTY, "bytes=2e10,conv.winograd4=3", Costs::given);
    assertEquals(2e10, costs.bytes());
    assertEquals(50e9, costs.multiplyAdds());
    var choice = new Choice("conv.winograd4", List.of(), List.of(), 0, 2, 1, false);
    assertEquals(new Choice("conv.winograd4", List.of(), List.of(), 0, 6, 3, false), costs.weighed(choice));
    var other = new Choice("conv.channels", List.of(), List.of(), 0, 2, 1, true);
    assertEquals(other, costs.weighed(other));
  }

  @Test
  void faultsSayWhatMayStandThere() {
    assertEquals("-Dgatun.costs: there is no `byte`, there are multiply_adds, bytes, conv.batch, conv.channels, "
        + "conv.winograd2, conv.winograd4", fault("byte=3"));
    for (var wrong : List.of("bytes", "bytes=", "bytes=0", "bytes=-1", "bytes=x", "bytes=Infinity")) {
      assertEquals("-Dgatun.costs: `" + wrong + "` wants a number above 0, as NAME=1e9", fault(wrong));
    }
  }

  private static String fault(String value) {
    return with(Costs.PROPERTY, value, () -> assertThrows(IllegalArgumentException.class, Costs::given).getMessage());
  }
}
