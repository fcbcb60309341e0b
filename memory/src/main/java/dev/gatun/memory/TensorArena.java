package dev.gatun.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * An owner of off-heap memory: a root with a limit, or a child that draws on its root's limit. One arena stands for one
 * model, session or plan, never for one tensor: closing costs a handshake with every thread.
 *
 * <p>{@link #acquire} and {@link #release} bracket work that uses addresses: in between, {@link #close} is refused.
 * They allocate nothing and may be called from any thread, as may every other method.
 */
public final class TensorArena implements AutoCloseable {
  /**
   * Every allocation starts at a multiple of this many bytes, and occupies one: a cache line, and the widest vector.
   */
  public static final long ALIGNMENT = 64;

  private static final int OWNERS_NAMED = 5;
  private static final int FRAMES_KEPT = 16;

  /** Values of {@link #holders} below zero. While closing, the tree's lock is held and the outcome still open. */
  private static final int CLOSED = -1;
  private static final int CLOSING = -2;

  private static final VarHandle HOLDERS;

  static {
    try {
      HOLDERS = MethodHandles.lookup().findVarHandle(TensorArena.class, "holders", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static volatile boolean tracing;

  private final String name;
  private final TensorArena parent;
  private final TensorArena root;
  private final long limit;
  private final List<StackTraceElement> opened;
  private final Arena memory = Arena.ofShared();

  /** How many hold the arena, or {@link #CLOSED} or {@link #CLOSING}. */
  private volatile int holders;

  // Guarded by the root's monitor.
  private final Set<TensorArena> children = new LinkedHashSet<>();
  private long own;
  private long used;
  private long peak;

  private TensorArena(String name, TensorArena parent, long limit) {
    this.name = Objects.requireNonNull(name, "name");
    this.parent = parent;
    this.root = parent == null ? this : parent.root;
    this.limit = limit;
    this.opened = tracing ? callers() : List.of();
  }

  /**
   * Opens an arena of its own.
   *
   * @param name       what error messages call it
   * @param limitBytes what it and all its descendants may hold together
   * @throws IllegalArgumentException if the limit is negative
   */
  public static TensorArena root(String name, long limitBytes) {
    if (limitBytes < 0) {
      throw new IllegalArgumentException("arena `" + name + "` was given the negative limit " + limitBytes);
    }
    return new TensorArena(name, null, limitBytes);
  }

  /** Bytes rounded up to a multiple of {@link #ALIGNMENT}, or the largest number if none is as large. */
  public static long aligned(long bytes) {
    return bytes > Long.MAX_VALUE - ALIGNMENT ? Long.MAX_VALUE : (bytes + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /** Switches on or off, for arenas opened from now on, the record of where they were opened. */
  public static void trace(boolean on) {
    tracing = on;
  }

  /**
   * Opens an arena whose bytes count against the same root.
   *
   * @param name what error messages call it
   * @throws IllegalStateException if this arena is closed
   */
  public TensorArena child(String name) {
    synchronized (root) {
      checkOpen();
      var child = new TensorArena(name, this, root.limit);
      children.add(child);
      return child;
    }
  }

  /**
   * A fresh tensor in row-major order, all zeros.
   *
   * @throws BudgetException       if the root's limit does not allow it
   * @throws NativeMemoryError     if the limit does, and the system has no more
   * @throws IllegalStateException if this arena is closed
   */
  public Tensor allocate(DType dtype, Shape shape) {
    long elements = shape.elements();
    long bytes = elements > Long.MAX_VALUE / dtype.bytes() ? Long.MAX_VALUE : elements * dtype.bytes();
    return new Tensor(this, dtype, shape, shape.rowMajorStrides(), allocateBytes(bytes));
  }

  /**
   * Fresh zeroed memory at a multiple of {@link #ALIGNMENT}. It counts as {@code bytes} rounded up to that.
   *
   * @throws BudgetException          if the root's limit does not allow it
   * @throws NativeMemoryError        if the limit does, and the system has no more
   * @throws IllegalStateException    if this arena is closed
   * @throws IllegalArgumentException if {@code bytes} is negative
   */
  public MemorySegment allocateBytes(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("arena `" + name + "` was asked for " + bytes + " bytes");
    }
    long counted = aligned(bytes);
    acquire();
    try {
      reserve(counted);
      try {
        return memory.allocate(bytes, ALIGNMENT);
      } catch (OutOfMemoryError e) {
        giveBack(counted);
        throw new NativeMemoryError(name, bytes, e);
      } catch (RuntimeException e) {
        giveBack(counted);
        throw e;
      }
    } finally {
      release();
    }
  }

  /**
   * A tensor in row-major order over memory that this arena allocated before, such as one buffer of a slab.
   *
   * @param segment starts at element 0; may be longer than the tensor
   * @throws IllegalArgumentException if the segment belongs to another owner, is too short, or starts at an address
   *                                  that is no multiple of the element size
   */
  public Tensor tensor(MemorySegment segment, DType dtype, Shape shape) {
    checkOpen();
    if (!segment.scope().equals(memory.scope())) {
      throw new IllegalArgumentException("the segment was not allocated by arena `" + name + "`");
    }
    if (shape.elements() > segment.byteSize() / dtype.bytes()) {
      throw new IllegalArgumentException(dtype.label() + shape + " does not fit a segment of " + segment.byteSize() + " bytes");
    }
    if (segment.address() % dtype.bytes() != 0) {
      throw new IllegalArgumentException(dtype.label() + shape + " cannot start at address " + segment.address());
    }
    return new Tensor(this, dtype, shape, shape.rowMajorStrides(),
        segment.asSlice(0, shape.elements() * dtype.bytes()));
  }

  /**
   * Holds the arena open. Every call must be followed by one of {@link #release}.
   *
   * @return how many hold it now
   * @throws IllegalStateException if this arena is closed
   */
  public int acquire() {
    while (true) {
      int seen = holders;
      if (seen >= 0) {
        if (HOLDERS.compareAndSet(this, seen, seen + 1)) {
          return seen + 1;
        }
      } else if (seen == CLOSED) {
        throw closed();
      } else {
        synchronized (root) {
          checkOpen();
        }
      }
    }
  }

  /**
   * Ends what {@link #acquire} began.
   *
   * @return how many still hold the arena
   * @throws IllegalStateException if nobody holds it
   */
  public int release() {
    while (true) {
      int seen = holders;
      if (seen <= 0) {
        throw new IllegalStateException("release() of arena `" + name + "` without acquire()");
      }
      if (HOLDERS.compareAndSet(this, seen, seen - 1)) {
        return seen - 1;
      }
    }
  }

  /**
   * Frees the memory and gives its bytes back to the root. Descendants that are still open are closed too and reported.
   * A second close does nothing.
   *
   * @throws IllegalStateException if somebody holds this arena or a descendant; nothing is closed then. Also if a
   *     channel is using its memory without holding it; descendants may be closed then
   * @throws LeakException         if a descendant was still open; everything is closed then
   */
  @Override
  public void close() {
    List<LeakException.Leak> leaks;
    synchronized (root) {
      if (isClosed()) {
        return;
      }
      var subtree = new ArrayList<TensorArena>();
      collect(subtree);
      refuseWhileHeld(subtree);
      leaks = subtree.stream().skip(1)
          .map(arena -> new LeakException.Leak(arena.name, arena.own, arena.opened)).toList();
      try {
        subtree.reversed().forEach(TensorArena::free);
      } finally {
        subtree.stream().filter(arena -> arena.holders == CLOSING).forEach(arena -> arena.holders = 0);
      }
    }
    if (!leaks.isEmpty()) {
      throw new LeakException(name, leaks);
    }
  }

  private void refuseWhileHeld(List<TensorArena> subtree) {
    for (int i = 0; i < subtree.size(); i++) {
      var arena = subtree.get(i);
      if (!HOLDERS.compareAndSet(arena, 0, CLOSING)) {
        int held = arena.holders;
        subtree.subList(0, i).forEach(earlier -> earlier.holders = 0);
        throw new IllegalStateException("close() of arena `" + name + "` refused: "
            + (held > 1 ? held + " steps are running" : "a step is running")
            + (arena == this ? "" : " in `" + arena.name + "`"));
      }
    }
  }

  private void free() {
    try {
      memory.close();
    } catch (IllegalStateException e) {
      throw new IllegalStateException("close() of arena `" + name + "` refused: a channel is using its memory", e);
    }
    giveBack(own);
    holders = CLOSED;
    if (parent != null) {
      parent.children.remove(this);
    }
  }

  /** What error messages call this arena. */
  public String name() {
    return name;
  }

  /** Bytes held by this arena and its descendants now. */
  public long usedBytes() {
    synchronized (root) {
      return used;
    }
  }

  /** Bytes that the root and all its descendants may hold together. */
  public long limitBytes() {
    return limit;
  }

  /** Bytes that the root and all its descendants may still take together. */
  public long freeBytes() {
    synchronized (root) {
      return limit - root.used;
    }
  }

  /** The largest value that {@link #usedBytes} has had. */
  public long peakBytes() {
    synchronized (root) {
      return peak;
    }
  }

  @Override
  public String toString() {
    return "arena `" + name + "`: " + (isClosed() ? "closed"
        : Bytes.text(usedBytes()) + " used, limit " + Bytes.text(limit));
  }

  /** Whether {@link #close} has freed the memory. */
  public boolean isClosed() {
    return holders == CLOSED;
  }

  /**
   * Fails if the memory is gone.
   *
   * @throws IllegalStateException if this arena is closed
   */
  void checkOpen() {
    if (isClosed()) {
      throw closed();
    }
  }

  private IllegalStateException closed() {
    return new IllegalStateException("arena `" + name + "` is closed");
  }

  private void reserve(long bytes) {
    synchronized (root) {
      if (bytes > root.limit - root.used) {
        throw BudgetException.ofArena(name, bytes, root.used, root.limit, root.largestOwners());
      }
      own += bytes;
      for (var arena = this; arena != null; arena = arena.parent) {
        arena.used += bytes;
        arena.peak = Math.max(arena.peak, arena.used);
      }
    }
  }

  private void giveBack(long bytes) {
    synchronized (root) {
      own -= bytes;
      for (var arena = this; arena != null; arena = arena.parent) {
        arena.used -= bytes;
      }
    }
  }

  private List<BudgetException.Owner> largestOwners() {
    var owners = new ArrayList<TensorArena>();
    collect(owners);
    return owners.stream()
        .filter(arena -> arena.own > 0)
        .sorted(Comparator.comparingLong((TensorArena arena) -> arena.own).reversed())
        .limit(OWNERS_NAMED)
        .map(arena -> new BudgetException.Owner(arena.name, arena.own))
        .toList();
  }

  /** Adds this arena and all descendants, parents before their children. */
  private void collect(List<TensorArena> into) {
    into.add(this);
    children.forEach(child -> child.collect(into));
  }

  private static List<StackTraceElement> callers() {
    return StackWalker.getInstance().walk(frames -> frames
        .dropWhile(frame -> frame.getClassName().equals(TensorArena.class.getName()))
        .limit(FRAMES_KEPT)
        .map(StackWalker.StackFrame::toStackTraceElement)
        .toList());
  }
}
