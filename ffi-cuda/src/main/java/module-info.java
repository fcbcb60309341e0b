/** The NVIDIA machine: cudart, cuBLAS, cuDNN and NVRTC through the foreign function interface. */
module dev.gatun.cuda {
  requires transitive dev.gatun.ops;

  exports dev.gatun.cuda;
}
