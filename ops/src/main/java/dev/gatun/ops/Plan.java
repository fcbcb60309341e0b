package dev.gatun.ops;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The compiled program as data: every kernel, every buffer's place, every operand's strides. Immutable and free of
 * addresses, so all threads share it.
 *
 * @param machine the machine that it was made for
 * @param buffers all memory, by number
 * @param steps in the order in which they run
 * @param sources inputs, parameters, states and caches by name, dense and row-major
 * @param outputs results by name, dense and row-major
 * @param tables constants that a session writes into its memory once, before the first run
 * @param planBytes size of the memory that each session needs
 * @param preparation writes what this plan reads in {@link Place#PREPARED}: to be run before this plan, and again when
 *     parameters or states have changed; null if there is nothing
 */
public record Plan(String machine, List<Buffer> buffers, List<Step> steps, Map<String, Operand> sources,
    Map<String, Operand> outputs, List<Table> tables, long planBytes, Plan preparation) {

  public Plan {
    tables = List.copyOf(tables);
    buffers = List.copyOf(buffers);
    steps = List.copyOf(steps);
    sources = Collections.unmodifiableMap(new LinkedHashMap<>(sources));
    outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
  }

  /** A plan for which nothing is prepared. */
  public Plan(String machine, List<Buffer> buffers, List<Step> steps, Map<String, Operand> sources,
      Map<String, Operand> outputs, List<Table> tables, long planBytes) {
    this(machine, buffers, steps, sources, outputs, tables, planBytes, null);
  }

  /**
   * Which memory a buffer lies in: one plan's in a session, a session's for all its plans, the model's, or that of what
   * is prepared of the model for all sessions.
   */
  public enum Place { PLAN, SESSION, MODEL, PREPARED }

  /** The size of a memory other than the plan's own, as far as this plan reaches. */
  public long bytes(Place place) {
    return buffers.stream().filter(b -> b.place() == place).mapToLong(b -> b.offset() + b.bytes()).max().orElse(0);
  }

  /** Bytes that the plan takes where nothing of it is loaded yet: its own, and what is prepared with its own. */
  public long memoryBytes() {
    return planBytes + (preparation == null ? 0 : preparation.planBytes + bytes(Place.PREPARED));
  }

  /** Whether a run may write to a memory. */
  public boolean writes(Place place) {
    return writes(steps, place);
  }

  private boolean writes(List<Step> of, Place place) {
    return of.stream().anyMatch(step -> switch (step) {
      case Repeat repeat -> writes(repeat.body(), place);
      case Run run -> run.out().stream().anyMatch(out -> buffers.get(out.buffer()).place() == place);
    });
  }

  /** A constant and its elements, row-major. */
  public record Table(Operand operand, List<Double> values) {
    public Table {
      values = List.copyOf(values);
    }
  }

  /** A range of bytes of one memory. */
  public record Buffer(String name, Place place, long offset, long bytes) {}

  /**
   * A tensor in a buffer.
   *
   * @param offset bytes from the buffer's start
   * @param strides elements between neighbours along each axis
   * @param advance bytes added at each turn of the enclosing {@link Repeat}s, the outermost first; empty if fixed
   */
  public record Operand(int buffer, long offset, TensorType type, List<Long> strides, List<Long> advance) {
    public Operand {
      strides = List.copyOf(strides);
      advance = List.copyOf(advance);
    }
  }

  /** A kernel call or a loop of them. */
  public sealed interface Step {}

  /**
   * Runs one kernel.
   *
   * @param workspace the buffer that is the kernel's scratch; −1 if it needs none
   * @param origin where it comes from, for errors and profiles
   */
  public record Run(KernelSpec spec, Choice choice, List<Operand> in, List<Operand> out, int workspace,
      String origin) implements Step {
    public Run {
      in = List.copyOf(in);
      out = List.copyOf(out);
    }
  }

  /** Runs {@code body} {@code count} times; operands move by their {@link Operand#advance}. */
  public record Repeat(long count, List<Step> body) implements Step {
    public Repeat {
      body = List.copyOf(body);
    }
  }

  /** The plan as text: one line a step, with kernel, operands and buffers; stored and compared by tests. */
  public String text() {
    return PlanText.of(this);
  }
}
