package dev.gatun.cuda;

/**
 * Something of CUDA is missing or refused to work; the message names the library or the function, and what mends it.
 */
public final class CudaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CudaException(String message) {
    super(message);
  }

  CudaException(String message, Throwable cause) {
    super(message, cause);
  }
}
