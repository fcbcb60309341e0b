package dev.gatun.graph.plan;

import dev.gatun.ops.Choice;
import dev.gatun.ops.KernelSpec;
import java.util.List;

/** A step before its memory has offsets. */
sealed interface Call {
  /** One kernel on decided strides; {@code workspace} is null if none is needed. */
  record Run(KernelSpec spec, Choice choice, List<Spot> in, List<Spot> out, Slot workspace, String origin)
      implements Call {}

  record Loop(long count, List<Call> body) implements Call {}
}
