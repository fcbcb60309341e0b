package dev.gatun.memory;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The type of one element. Every multi-byte type is little endian in memory on the machines that Gatun runs on, and
 * little endian in the files that it writes.
 *
 * <p>{@link #F16}, {@link #BF16} and {@link #I8} are storage: they are read and written, and cast to another type
 * before arithmetic.
 */
public enum DType {
  /** IEEE 754 binary32. */
  F32("f32", 4),
  /** IEEE 754 binary64. */
  F64("f64", 8),
  /** IEEE 754 binary16. */
  F16("f16", 2),
  /** The upper half of a binary32: 8 exponent bits, 7 fraction bits. */
  BF16("bf16", 2),
  /** Signed, 64 bits. */
  I64("i64", 8),
  /** Signed, 32 bits. */
  I32("i32", 4),
  /** Signed, 8 bits. */
  I8("i8", 1),
  /** Unsigned, 8 bits. */
  U8("u8", 1),
  /** One byte, 0 or 1. */
  BOOL("bool", 1);

  private final String label;
  private final int bytes;

  DType(String label, int bytes) {
    this.label = label;
    this.bytes = bytes;
  }

  /**
   * Finds a type by the name that the model language uses.
   *
   * @param label for instance {@code f32}
   * @throws IllegalArgumentException if no type has that name; the message lists those that exist
   */
  public static DType of(String label) {
    for (var dtype : values()) {
      if (dtype.label.equals(label)) {
        return dtype;
      }
    }
    throw new IllegalArgumentException("unknown dtype `" + label + "`, expected one of "
        + Arrays.stream(values()).map(DType::label).collect(Collectors.joining(", ")));
  }

  /** Size of one element. */
  public int bytes() {
    return bytes;
  }

  /** The lower-case name used in the model language, in errors and in plans. */
  public String label() {
    return label;
  }

  /** Whether values are floating point, of any width. */
  public boolean isFloat() {
    return switch (this) {
      case F32, F64, F16, BF16 -> true;
      case I64, I32, I8, U8, BOOL -> false;
    };
  }

  /** Whether values are whole numbers; truth values are not counted among them. */
  public boolean isInteger() {
    return switch (this) {
      case I64, I32, I8, U8 -> true;
      case F32, F64, F16, BF16, BOOL -> false;
    };
  }

  /** Whether no arithmetic is defined on the type, so that a value must be cast first. */
  public boolean isStorageOnly() {
    return switch (this) {
      case F16, BF16, I8 -> true;
      case F32, F64, I64, I32, U8, BOOL -> false;
    };
  }

  @Override
  public String toString() {
    return label;
  }
}
