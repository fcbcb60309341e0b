package dev.gatun.simd;

import java.lang.foreign.SegmentAllocator;

/**
 * The offsets of the pixels of a rectangle of the output, row by row, for one or several batch entries: pairs of the
 * offset in one image and in the other. Any number of leading rows, or of leading entries, is a leading part of the
 * table.
 *
 * @param rows rows of the rectangle that the table covers
 * @param entries batch entries that it covers; 1 unless it covers all rows
 */
record PixelTable(long address, int rows, int columns, int entries) {
  /**
   * A table for rectangles of {@code height} x {@code width} outputs.
   *
   * @param entries batch entries there are
   * @param pixels at most so many pixels go into the table, but at least one row
   * @param left bytes between entries, rows and columns of the output in the left operand; {@code right} likewise
   * @param bytes of an element
   */
  static PixelTable of(int height, int width, int entries, int pixels, ConvolutionShape.Strides left,
      ConvolutionShape.Strides right, int bytes, SegmentAllocator memory) {
    int rows = Math.clamp(pixels / Math.max(1, width), 1, Math.max(1, height));
    int images = rows < height ? 1 : Math.clamp(pixels / Math.max(1, height * width), 1, Math.max(1, entries));
    long address = StepTable.allocate(memory, (long) images * rows * width);
    long at = address;
    for (int n = 0; n < images; n++) {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < width; j++) {
          StepTable.set(at, n * left.outer() + i * left.height() + j * left.width(),
              n * right.outer() + i * right.height() + j * right.width(), bytes);
          at += StepTable.PAIR;
        }
      }
    }
    return new PixelTable(address, rows, width, images);
  }
}
