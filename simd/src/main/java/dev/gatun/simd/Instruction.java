package dev.gatun.simd;

/**
 * One step of a kernel's straight-line program: the same operation on every lane. Programs are in single-assignment
 * form; an operand is the number of the instruction that computed it.
 *
 * @param op what to do
 * @param lane what the result holds
 * @param a first operand, or −1; {@code b} and {@code c} likewise
 * @param bits an immediate: a constant's bits, a shift distance, or the number of a strand, parameter or scalar
 *     function
 */
record Instruction(Op op, Lane lane, int a, int b, int c, long bits) {
  /** Every operation gives the same bits on one lane in scalar Java as on many in a vector. */
  enum Op {
    /** An element of strand {@code bits}: the raw number, a byte or a short sign-extended to i32. */
    LOAD,
    /** Number {@code bits} of the run's parameters. */
    PARAMETER,
    /** start + row · row step + column · lane step of strand {@code bits}, an i32 that wraps. */
    POSITION,
    /** A number that belongs to the structure. */
    CONSTANT,
    ADD, SUB, MUL, DIV, FMA, SQRT, NEG, ABS,
    /** As {@link Math#min}: NaN wins, and −0 is below 0. */
    MIN,
    /** As {@link Math#max}. */
    MAX,
    AND, OR, XOR,
    SHIFT_LEFT, SHIFT_RIGHT, SHIFT_RIGHT_UNSIGNED,
    LESS, LESS_EQUAL, EQUAL, NOT_EQUAL,
    /** {@code a ? b : c}. */
    SELECT,
    /** As Java's casts between int, long, float and double. */
    CONVERT,
    /** The same bits as another type of one width. */
    BITS,
    /** Scalar function {@code bits}, lane by lane. */
    CALL
  }
}
