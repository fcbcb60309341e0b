package dev.gatun.simd;

import java.lang.foreign.Arena;

/**
 * What one worker needs besides the tensors: registers, and memory for what a kernel must see packed or keeps between
 * stages. It belongs to one loaded plan.
 */
final class Scratch {
  /** Bytes for two operands of the widest vector, for functions that run lane by lane. */
  private static final long LANES = 128;

  private final Registers registers = new Registers();
  private final Arena arena;
  private final long lanes;
  private long tiles;
  private long tileBytes;
  private long rows;
  private long rowBytes;
  private long parts;
  private long partBytes;
  private long[] partFrame = {};

  Scratch(Arena arena) {
    this.arena = arena;
    this.lanes = arena.allocate(LANES, 64).address();
  }

  Registers registers() {
    return registers;
  }

  long lanes() {
    return lanes;
  }

  /** Memory for packed tiles. */
  long tiles() {
    return tiles;
  }

  /** Memory for what a row keeps between its stages. */
  long rows() {
    return rows;
  }

  /** Memory for what the parts of a kernel keep for one another. */
  long parts() {
    return parts;
  }

  /** The frame of the part of a kernel that runs. */
  long[] partFrame() {
    return partFrame;
  }

  void reserveParts(int frameLength, long bytes) {
    partFrame = partFrame.length >= frameLength ? partFrame : new long[frameLength];
    if (bytes > partBytes) {
      parts = arena.allocate(bytes, 64).address();
      partBytes = bytes;
    }
  }

  void reserveTiles(long bytes) {
    if (bytes > tileBytes) {
      tiles = arena.allocate(bytes, 64).address();
      tileBytes = bytes;
    }
  }

  void reserveRows(long bytes) {
    if (bytes > rowBytes) {
      rows = arena.allocate(bytes, 64).address();
      rowBytes = bytes;
    }
  }
}
