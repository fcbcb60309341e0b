package dev.gatun.tools.data;

import dev.gatun.graph.Dataset;

/** A data set in its two parts: one to learn from, one that only measures. */
public record Split(Dataset train, Dataset test) {}
