package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class AgreementTest {
  private static double error(double[] found, double[] exact) {
    return Agreement.relativeError("x", List.of(found), List.of(exact));
  }

  private static String fault(double[] found, double[] exact) {
    return assertThrows(BenchException.class, () -> error(found, exact)).getMessage();
  }

  @Test
  void errorIsAPartOfTheLargestNumber() {
    assertEquals(2.125, error(new double[] {1, 4.5}, new double[] {1, -4}));
    assertEquals(0, error(new double[] {1, 2}, new double[] {1, 2}));
  }

  @Test
  void meanErrorIsAPartOfTheLength() {
    assertEquals(0.1, Agreement.meanError("x", List.of(new double[] {33, 44}), List.of(new double[] {30, 40})), 1e-15);
    assertEquals(1, Agreement.meanError("x", List.of(new double[] {1, 0}, new double[] {2}),
        List.of(new double[] {1, 1}, new double[] {1})));
  }

  @Test
  void theWorstResultCounts() {
    assertEquals(0.5, Agreement.relativeError("x", List.of(new double[] {100}, new double[] {3}),
        List.of(new double[] {101}, new double[] {2})));
    assertThrows(BenchException.class, () -> Agreement.relativeError("x", List.of(), List.of(new double[] {1})));
  }

  @Test
  void whatProvesNothingIsRefused() {
    assertEquals("x: 1 numbers, expected 2", fault(new double[1], new double[2]));
    assertEquals("x: number 1 is NaN, in f64 2.0", fault(new double[] {1, Double.NaN}, new double[] {1, 2}));
    assertEquals("x: 5 of 6 numbers are 0, which proves nothing",
        fault(new double[6], new double[] {0, 0, 0, 0, 0, 1}));
  }

  @Test
  void errorOutOfBoundFails() {
    assertEquals(1e-6, Agreement.require("x", 1e-6, 1e-5));
    var fault = assertThrows(BenchException.class, () -> Agreement.require("x", 2e-5, 1e-5));
    assertEquals("x: relative error 2.00e-05, allowed is 1.00e-05", fault.getMessage());
    assertThrows(BenchException.class, () -> Agreement.require("x", Double.NaN, 1e-5));
  }

  @Test
  void errorMustBeAsSmallAsThePeers() {
    assertEquals(3e-4, Agreement.requireAsNear("x", 3e-4, 1e-4, 1));
    assertThrows(BenchException.class, () -> Agreement.requireAsNear("x", 5e-4, 1e-4, 1));
    assertThrows(BenchException.class, () -> Agreement.requireAsNear("x", Double.NaN, 1e-4, 1));
  }

  /** A million roundings of either sign leave a thousand times half an ulp. */
  @Test
  void longSumsMayBeOffByMore() {
    assertEquals(1000 * 0x1p-25, Agreement.chain(1_000_000));
    assertEquals(2.5e-5, Agreement.requireAsNear("x", 2.5e-5, 1e-7, 1_000_000));
    assertThrows(BenchException.class, () -> Agreement.requireAsNear("x", 2.5e-5, 1e-7, 100_000));
  }
}
