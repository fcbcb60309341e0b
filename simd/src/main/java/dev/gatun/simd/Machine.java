package dev.gatun.simd;

import java.util.List;
import java.util.Map;
import jdk.incubator.vector.VectorShape;

/**
 * What the kernels must know of the processor, as data. Nothing here changes a bit of any result: it only sizes tiles
 * and blocks.
 *
 * @param vectorBits width of one vector register that the JVM uses: 128, 256 or 512
 * @param registers how many such registers the instruction set names
 * @param level1 bytes of first-level data cache per core
 * @param level2 bytes of second-level cache per core
 * @param cores processors that this process may use
 */
public record Machine(int vectorBits, int registers, int level1, int level2, int cores) {
  /** Bytes of a cache line. */
  static final int LINE = 64;
  /** Bytes beyond which no cache is taken to hold the images of a convolution; the JDK does not say what one does. */
  static final long CACHED = 16 << 20;
  static final String PROPERTY = "gatun.machine";

  /** Detected once. */
  private static final class Detected {
    private static final Machine MACHINE = given(detect());
  }

  /** @throws IllegalArgumentException if a width is not one that the Vector API has, or a count is not positive */
  public Machine {
    if (vectorBits != 128 && vectorBits != 256 && vectorBits != 512) {
      throw new IllegalArgumentException("vector width " + vectorBits + " bits, expected 128, 256 or 512");
    }
    if (registers < 16 || level1 <= 0 || level2 <= 0 || cores <= 0) {
      throw new IllegalArgumentException("registers " + registers + " (at least 16), level1 " + level1 + ", level2 "
          + level2 + " and cores " + cores + " (positive) do not describe a machine");
    }
  }

  /**
   * The machine that this JVM runs on. The property {@code gatun.machine} replaces what was detected, or guessed:
   * {@code -Dgatun.machine=level1=49152,level2=2097152}.
   */
  public static Machine detected() {
    return Detected.MACHINE;
  }

  /** @throws IllegalArgumentException if the property does not say what it may */
  static Machine given(Machine found) {
    var given = Given.numbers(PROPERTY, List.of("vector_bits", "registers", "level1", "level2", "cores"));
    return new Machine(given(given, "vector_bits", found.vectorBits), given(given, "registers", found.registers),
        given(given, "level1", found.level1), given(given, "level2", found.level2), given(given, "cores", found.cores));
  }

  private static int given(Map<String, Double> given, String name, int found) {
    return given.containsKey(name) ? given.get(name).intValue() : found;
  }

  /** The same machine with another vector width, as for a test that narrower vectors give the same bits. */
  public Machine withVectorBits(int bits) {
    return new Machine(bits, registers, level1, level2, cores);
  }

  /**
   * The same machine, or, where half of a vector of 512 bits holds all columns of a result, with vectors of 256: two of
   * these are multiplied in the time of one of the others, if not faster.
   */
  Machine forColumns(int columns, int elementBytes) {
    return vectorBits == 512 && columns * (long) elementBytes * 2 <= vectorBytes() ? withVectorBits(256) : this;
  }

  /** The same machine, of which so many processors are used. */
  Machine withCores(int used) {
    return new Machine(vectorBits, registers, level1, level2, used);
  }

  /** How many elements of so many bytes one vector holds. */
  int lanes(int elementBytes) {
    return vectorBits / 8 / elementBytes;
  }

  /**
   * From one row of so many bytes to the next: whole cache lines and one more, so that rows do not share the sets of a
   * cache.
   */
  static long rowBytes(long bytes) {
    return (Math.ceilDiv(bytes, LINE) + 1) * LINE;
  }

  /** Bytes of one vector. */
  int vectorBytes() {
    return vectorBits / 8;
  }

  /**
   * AVX-512 and 64-bit Arm name 32 vector registers, AVX2 names 16. Cache sizes are those of the smallest cores that
   * are in use (32 KiB; 512 KiB a core), for the JDK does not say them: blocks that are too small by half cost a
   * percent or two, blocks that are too large by half cost far more. AVX-512 server cores have 1 MiB and more.
   */
  static Machine detect() {
    int bits = Math.clamp(VectorShape.preferredShape().vectorBitSize(), 128, 512);
    boolean arm = System.getProperty("os.arch").equals("aarch64");
    int registers = bits == 512 || arm ? 32 : 16;
    int level2 = bits == 512 ? 1 << 20 : 512 << 10;
    return new Machine(bits, registers, 32 << 10, level2, Runtime.getRuntime().availableProcessors());
  }
}
