package dev.gatun.graph.plan;

import dev.gatun.ops.Layout;
import dev.gatun.ops.TensorType;

/** A value that has memory: what a kernel writes or what comes from outside. Identity counts. */
final class Slot {
  private final String name;
  private final TensorType type;
  private Layout layout = Layout.ANY;
  private long bytes;

  Slot(String name, TensorType type) {
    this.name = name;
    this.type = type;
    this.bytes = type.shape().elements() * type.dtype().bytes();
  }

  String name() {
    return name;
  }

  TensorType type() {
    return type;
  }

  /** Decides how the slot lies in memory of its own; row-major until then. */
  void lay(Layout decided) {
    layout = decided;
    bytes = layout.extent(type.shape()) * type.dtype().bytes();
  }

  /** How it lies in memory of its own. */
  Layout layout() {
    return layout;
  }

  /** Bytes of memory of its own. */
  long bytes() {
    return bytes;
  }

  @Override
  public String toString() {
    return name + ": " + type;
  }
}
