package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class AgreementTest {
  private static String fault(float[] found, float[] expected) {
    return assertThrows(IllegalStateException.class, () -> Agreement.relativeError("x", found, expected)).getMessage();
  }

  @Test
  void errorIsAPartOfTheLargestNumber() {
    assertEquals(0.125, Agreement.relativeError("x", new float[] {1, 4.5f}, new float[] {1, -4}) - 2, 0);
    assertEquals(0, Agreement.relativeError("x", new float[] {1, 2}, new float[] {1, 2}));
  }

  @Test
  void whatProvesNothingIsRefused() {
    assertEquals("x: 1 numbers, the rival has 2", fault(new float[1], new float[2]));
    assertEquals("x: number 1 is NaN, the rival's 2.0", fault(new float[] {1, Float.NaN}, new float[] {1, 2}));
    assertEquals("x: 2 of 3 numbers are 0, which proves nothing", fault(new float[3], new float[] {0, 0, 1}));
  }

  @Test
  void errorOutOfBoundFails() {
    assertEquals(1e-6, Agreement.require("x", 1e-6, 1e-5));
    var fault = assertThrows(IllegalStateException.class, () -> Agreement.require("x", 2e-5, 1e-5));
    assertEquals("x: relative error 2.00e-05, allowed is 1.00e-05", fault.getMessage());
    assertThrows(IllegalStateException.class, () -> Agreement.require("x", Double.NaN, 1e-5));
  }

  @Test
  void errorMustBeAsSmallAsTheRivals() {
    assertEquals(3e-4, Agreement.requireAsNear("x", 3e-4, 1e-4));
    assertThrows(IllegalStateException.class, () -> Agreement.requireAsNear("x", 5e-4, 1e-4));
    assertThrows(IllegalStateException.class, () -> Agreement.requireAsNear("x", Double.NaN, 1e-4));
    var fault = assertThrows(IllegalStateException.class, () -> Agreement.requireAsNear("x", 1e-5, 1e-2));
    assertEquals("x, the rival: relative error 1.00e-02, allowed is 5.00e-03", fault.getMessage());
  }
}
