package dev.gatun.ops;

import dev.gatun.memory.TensorArena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A machine: it offers ways to run specs, owns memory that its kernels can address, and loads whole plans. Found with
 * {@link java.util.ServiceLoader}; {@code graph} knows machines only through this interface.
 */
public interface Backend {
  /** The word by which a user asks for it: {@code cpu}, {@code cuda}. */
  String name();

  /** What will run and why, in one sentence; or, if it can't run here, why not and the remedy. */
  String description();

  /** Whether this machine can run here at all. */
  boolean available();

  /** The preferred machine is the available one with the highest rank. */
  int rank();

  /** Ways to run a spec, best first; empty if declined. Depends on the spec alone. */
  List<Choice> choices(KernelSpec spec);

  /**
   * In which order the rows of a spec add up, told by a text for each row whose bits hang on it: rows of one space and
   * of equal texts add the same numbers up alike. None if the order never hangs on how operands and results lie.
   *
   * @param in strides of the operands, in elements
   * @param out those of the results
   */
  default List<String> orders(KernelSpec spec, List<long[]> in, List<long[]> out) {
    return List.of();
  }

  /** Memory for kernels, zeroed, 64-byte aligned, counted against the arena's budget. */
  Slab allocate(TensorArena arena, long bytes);

  /**
   * Makes a plan ready to run on its memory.
   *
   * @param plan what to run
   * @param memory holds the plan's buffers
   * @param arena pays for what kernels need besides them, until the executable is closed
   * @param threads how many threads may take part; never changes a result
   * @throws dev.gatun.memory.BudgetException if the arena's limit does not allow that
   */
  Executable load(Plan plan, Memory memory, TensorArena arena, int threads);

  /** The same, telling {@code profile} when each kernel runs. A machine that cannot tell leaves it empty. */
  default Executable load(Plan plan, Memory memory, TensorArena arena, int threads, Profile profile) {
    return load(plan, memory, arena, threads);
  }

  /**
   * Whether the order of arithmetic is held to what ops define, so that no rewrite may change it either. Such a machine
   * offers exact choices alone.
   */
  default boolean exact() {
    return false;
  }

  /** The memory of each {@link Plan.Place}; null where a plan has nothing. */
  record Memory(Slab plan, Slab session, Slab model, Slab prepared) {
    /** That of a plan for which nothing is prepared. */
    public Memory(Slab plan, Slab session, Slab model) {
      this(plan, session, model, null);
    }

    public Slab at(Plan.Place place) {
      return switch (place) {
        case PLAN -> plan;
        case SESSION -> session;
        case MODEL -> model;
        case PREPARED -> prepared;
      };
    }
  }

  /** Memory of a machine. */
  interface Slab {
    long bytes();

    /** Copies bytes in. */
    void upload(long offset, MemorySegment from);

    /** Copies bytes out, after all queued work that writes them. */
    void download(long offset, MemorySegment to);

    /**
     * The memory itself where the host can address it; null elsewhere. To be read: a machine may hold packed copies of
     * parameters, and notices uploads and what its plans write.
     */
    MemorySegment host();
  }

  /** A loaded plan. One caller at a time. */
  interface Executable extends AutoCloseable {
    /**
     * Runs all steps once. Returns when the work is queued; {@link Slab#download} waits for it.
     *
     * @throws IndexException if an index was out of range; no model buffer has been written then
     */
    void run();

    @Override
    void close();
  }
}
