package dev.gatun.simd;

import dev.gatun.memory.DType;

/** Windows for any strides, lane by lane. */
final class WindowScalars implements WindowLanes {
  private final boolean single;
  private final long xStep;
  private final long yStep;
  private final long pStep;

  /** @param xStep bytes between lanes of the image, {@code yStep} of the windows, {@code pStep} of the places */
  WindowScalars(DType dtype, long xStep, long yStep, long pStep) {
    this.single = dtype == DType.F32;
    this.xStep = xStep;
    this.yStep = yStep;
    this.pStep = pStep;
  }

  private double get(long at) {
    return single ? Raw.ALL.get(Raw.F32, at) : Raw.ALL.get(Raw.F64, at);
  }

  private void set(long at, double value) {
    if (single) {
      Raw.ALL.set(Raw.F32, at, (float) value);
    } else {
      Raw.ALL.set(Raw.F64, at, value);
    }
  }

  private void addTo(double before, double value, long at) {
    if (single) {
      Raw.ALL.set(Raw.F32, at, (float) before + (float) value);
    } else {
      Raw.ALL.set(Raw.F64, at, before + value);
    }
  }

  @Override
  public void max(Window window, long y, long p, int from, int to) {
    for (int lane = from; lane < to; lane++) {
      double best = Double.NEGATIVE_INFINITY;
      int where = -1;
      for (int down = 0; down < window.height; down++) {
        for (int across = 0; across < window.width; across++) {
          double x = get(window.first + lane * xStep + down * window.tapRow() + across * window.tapColumn());
          if (where < 0 || x > best || x != x && best == best) {
            best = x;
            where = window.place + down * window.placeRow() + across * window.placeColumn();
          }
        }
      }
      set(y + lane * yStep, best);
      if (p != 0) {
        Raw.ALL.set(Raw.I32, p + lane * pStep, where);
      }
    }
  }

  @Override
  public void sum(Window window, long y, int from, int to) {
    for (int lane = from; lane < to; lane++) {
      set(y + lane * yStep, 0);
      for (int down = 0; down < window.height; down++) {
        for (int across = 0; across < window.width; across++) {
          double x = get(window.first + lane * xStep + down * window.tapRow() + across * window.tapColumn());
          addTo(get(y + lane * yStep), x, y + lane * yStep);
        }
      }
    }
  }

  @Override
  public void clear(Window window, int from, int to) {
    for (int lane = from; lane < to; lane++) {
      for (int down = 0; down < window.height; down++) {
        for (int across = 0; across < window.width; across++) {
          set(window.first + lane * xStep + down * window.tapRow() + across * window.tapColumn(), 0);
        }
      }
    }
  }

  @Override
  public void spread(Window window, long y, int from, int to, boolean alone) {
    for (int lane = from; lane < to; lane++) {
      double value = get(y + lane * yStep);
      for (int down = 0; down < window.height; down++) {
        for (int across = 0; across < window.width; across++) {
          long at = window.first + lane * xStep + down * window.tapRow() + across * window.tapColumn();
          addTo(alone ? 0 : get(at), value, at);
        }
      }
    }
  }

  /** The address of the tap whose place a lane's p holds; 0 if no tap has it. */
  private long winner(Window window, long p, int lane) {
    int wanted = Raw.ALL.get(Raw.I32, p + lane * pStep);
    for (int down = 0; down < window.height; down++) {
      for (int across = 0; across < window.width; across++) {
        if (wanted == window.place + down * window.placeRow() + across * window.placeColumn()) {
          return window.first + lane * xStep + down * window.tapRow() + across * window.tapColumn();
        }
      }
    }
    return 0;
  }

  @Override
  public void move(Window window, long y, long p, int from, int to, boolean alone) {
    if (alone) {
      clear(window, from, to);
    }
    for (int lane = from; lane < to; lane++) {
      long at = winner(window, p, lane);
      if (at != 0) {
        addTo(get(at), get(y + lane * yStep), at);
      }
    }
  }

  @Override
  public void collect(Window window, long y, long p, int from, int to) {
    for (int lane = from; lane < to; lane++) {
      long at = winner(window, p, lane);
      set(y + lane * yStep, at == 0 ? 0 : get(at));
    }
  }
}
