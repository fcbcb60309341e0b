package dev.gatun.simd;

import dev.gatun.ops.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a core is expected to do in a second, by which one of several kernels is chosen. The property
 * {@code gatun.costs} replaces numbers: {@code multiply_adds} and {@code bytes} in a second, and by the name of a
 * kernel of convolutions a factor by which its time is multiplied.
 *
 * @param multiplyAdds that a core does in a second
 * @param bytes that it streams through a kernel in a second
 * @param factors of kernels by name, 1 where none is given
 */
record Costs(double multiplyAdds, double bytes, Map<String, Double> factors) {
  static final String PROPERTY = "gatun.costs";

  /** Read once. */
  private static final class Current {
    private static final Costs COSTS = given();
  }

  /** Those of this process. */
  static Costs current() {
    return Current.COSTS;
  }

  /** @throws IllegalArgumentException if the property does not say what it may */
  static Costs given() {
    var names = new ArrayList<>(List.of("multiply_adds", "bytes", "conv.batch", "conv.channels"));
    for (var filter : Winograd.values()) {
      names.add(filter.label());
    }
    var given = Given.numbers(PROPERTY, names);
    return new Costs(given.getOrDefault("multiply_adds", 50e9), given.getOrDefault("bytes", 10e9), given);
  }

  /** A choice with its factor. */
  Choice weighed(Choice choice) {
    double factor = factors.getOrDefault(choice.name(), 1.0);
    return factor == 1 ? choice : new Choice(choice.name(), choice.in(), choice.out(), choice.workspaceBytes(),
        factor * choice.seconds(), factor * choice.packSeconds(), choice.exact());
  }
}
