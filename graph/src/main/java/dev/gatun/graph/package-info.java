/**
 * Compiles models and runs them: the model language and the Java builder, autodiff and optimisers as graph, the
 * planner, sessions and training.
 *
 * <p>What it abstracts: a machine is whatever implements {@link dev.gatun.ops.Backend}; nothing here names one. What it
 * guarantees: a plan is a pure function of graph and machine; a session's run allocates nothing on the heap; equal
 * inputs and seed give equal bits on one kind of machine. What is dangerous: a {@link dev.gatun.graph.Session} takes
 * one caller at a time, and variables that a running plan updates must not be read or written by another thread.
 */
package dev.gatun.graph;
