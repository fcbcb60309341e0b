package dev.gatun.simd;

import java.lang.foreign.SegmentAllocator;

/** The workers of one loaded plan: the process's team, and scratch memory for each of its threads. */
final class Crew {
  /** Null if one worker is all. */
  private final Team team;
  private final int threads;
  private final Scratch[] scratches;

  /** @param threads how many may take part at once */
  Crew(SegmentAllocator memory, int threads) {
    this.team = Team.shared();
    this.threads = threads;
    scratches = new Scratch[team.size()];
    for (int i = 0; i < scratches.length; i++) {
      scratches[i] = new Scratch(memory);
    }
  }

  private Crew(Scratch alone) {
    team = null;
    threads = 1;
    scratches = new Scratch[] {alone};
  }

  /** One of the workers as a crew of its own: its tasks run on the calling thread. */
  Crew alone(int worker) {
    return new Crew(scratches[worker]);
  }

  /** Allocates what the steps have reserved. */
  void allocate(SegmentAllocator memory) {
    for (var scratch : scratches) {
      scratch.allocate(memory);
    }
  }

  int size() {
    return scratches.length;
  }

  Scratch[] scratches() {
    return scratches;
  }

  Scratch scratch(int worker) {
    return scratches[worker];
  }

  /** Runs tasks on the team. */
  void run(int tasks, Team.Task task) {
    if (team == null) {
      runInline(tasks, task);
    } else {
      team.run(tasks, threads, task);
    }
  }

  /** Runs tasks on the calling thread: below some 32 Ki elements waking another one costs more than it gives. */
  void runInline(int tasks, Team.Task task) {
    for (int i = 0; i < tasks; i++) {
      task.run(i, 0);
    }
  }

  /** Elements from which a kernel is shared out. */
  static final long WORTH_SHARING = 32 << 10;

  void run(long elements, int tasks, Team.Task task) {
    run(elements >= WORTH_SHARING, tasks, task);
  }

  /** Runs tasks on the team, or on the calling thread alone. */
  void run(boolean shared, int tasks, Team.Task task) {
    if (shared) {
      run(tasks, task);
    } else {
      runInline(tasks, task);
    }
  }
}
