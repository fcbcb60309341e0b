package dev.gatun.simd;

/** The taps of one window that lie in the image. Reused from window to window. */
final class Window {
  /** Taps of {@link #rehearse}. */
  static final int REHEARSED_TAPS = 4;

  private Pooling pooling;
  private long rowStep;
  private long columnStep;
  private long tapRow;
  private long tapColumn;
  private int placeRow;
  private int placeColumn;

  /** Address of the image under the first tap. */
  long first;
  /** Row-major place of the first tap in the plane. */
  int place;
  /** Taps down and across. */
  int height;
  int width;

  /** Bytes from a tap to the one below, and to the next. */
  long tapRow() {
    return tapRow;
  }

  long tapColumn() {
    return tapColumn;
  }

  /** Places from a tap to the one below, and to the next. */
  int placeRow() {
    return placeRow;
  }

  int placeColumn() {
    return placeColumn;
  }

  void image(Located larger, Pooling of) {
    pooling = of;
    int rank = larger.strides().length;
    columnStep = larger.stride(rank - 1);
    rowStep = rank == 3 ? 0 : larger.stride(2);
    placeRow = of.vertical().dilation() * of.inWidth();
    placeColumn = of.horizontal().dilation();
  }

  /** A window of so many taps at an address, one vector of {@code bytes} each, for rehearsals. */
  void rehearse(long address, int bytes, int down, int across) {
    first = address;
    height = down;
    width = across;
    tapRow = (long) across * bytes;
    tapColumn = bytes;
    placeRow = across;
    placeColumn = 1;
  }

  /** The whole plane as one window. */
  void whole(long plane) {
    height = pooling.inHeight();
    width = pooling.inWidth();
    first = plane;
    place = 0;
    tapRow = rowStep;
    tapColumn = columnStep;
  }

  void at(int row, int column, long plane) {
    var v = pooling.vertical();
    var h = pooling.horizontal();
    int down = v.firstTap(row);
    int across = h.firstTap(column);
    int y = v.start(row) + down * v.dilation();
    int x = h.start(column) + across * h.dilation();
    height = v.lastTap(row, pooling.inHeight()) - down;
    width = h.lastTap(column, pooling.inWidth()) - across;
    tapRow = rowStep * v.dilation();
    tapColumn = columnStep * h.dilation();
    first = plane + y * rowStep + x * columnStep;
    place = y * pooling.inWidth() + x;
  }
}
