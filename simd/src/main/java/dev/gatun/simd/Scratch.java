package dev.gatun.simd;

import java.lang.foreign.SegmentAllocator;

/**
 * What one worker needs besides the tensors: registers, and memory for what a kernel must see packed or keeps between
 * stages. It belongs to one loaded plan, whose steps reserve what they need; then it is allocated once.
 */
final class Scratch {
  /** Bytes for two operands of the widest vector, for functions that run lane by lane. */
  private static final long LANES = 128;

  private final Registers registers = new Registers();
  private final long lanes;
  private long tiles;
  private long tileBytes;
  private long rows;
  private long rowBytes;
  private long parts;
  private long partBytes;
  private long[] partFrame = {};

  Scratch(SegmentAllocator memory) {
    this.lanes = memory.allocate(LANES, 64).address();
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
    partBytes = Math.max(partBytes, bytes);
  }

  void reserveTiles(long bytes) {
    tileBytes = Math.max(tileBytes, bytes);
  }

  void reserveRows(long bytes) {
    rowBytes = Math.max(rowBytes, bytes);
  }

  /** Allocates what was reserved. */
  void allocate(SegmentAllocator memory) {
    tiles = memory.allocate(tileBytes, 64).address();
    rows = memory.allocate(rowBytes, 64).address();
    parts = memory.allocate(partBytes, 64).address();
  }
}
