package dev.gatun.graph.plan;

import dev.gatun.ops.TensorType;

/** A value that has memory: what a kernel writes or what comes from outside. Identity counts. */
final class Slot {
  private final String name;
  private final TensorType type;

  Slot(String name, TensorType type) {
    this.name = name;
    this.type = type;
  }

  String name() {
    return name;
  }

  TensorType type() {
    return type;
  }

  @Override
  public String toString() {
    return name + ": " + type;
  }
}
