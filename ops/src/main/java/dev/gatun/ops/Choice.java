package dev.gatun.ops;

import java.util.List;

/**
 * One way in which a machine offers to run a spec.
 *
 * @param name how plans print it
 * @param in the layout that each operand must have
 * @param out the layout in which each result is written
 * @param workspaceBytes scratch memory that a run needs
 * @param seconds expected cost, from a table of the machine; only the order of choices and their sum matter
 * @param packSeconds the part of it that is spent on packing weights: nothing where these are constants
 * @param exact whether results are sums of the products that the op defines; a choice that is not is faster, and its
 *     results differ by rounding errors within a bound that the machine documents
 */
public record Choice(String name, List<Layout> in, List<Layout> out, long workspaceBytes, double seconds,
    double packSeconds, boolean exact) {
  public Choice {
    in = List.copyOf(in);
    out = List.copyOf(out);
  }

  /** A choice that takes and gives any strides. */
  public static Choice anyLayout(String name, KernelSpec spec, long workspaceBytes, double seconds) {
    return new Choice(name, java.util.Collections.nCopies(spec.in().size(), Layout.ANY),
        java.util.Collections.nCopies(spec.out().size(), Layout.ANY), workspaceBytes, seconds, 0, true);
  }
}
