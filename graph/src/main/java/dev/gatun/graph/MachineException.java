package dev.gatun.graph;

/** No machine can run here; the message says why and which flag mends it. */
public final class MachineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MachineException(String message) {
    super(message);
  }
}
