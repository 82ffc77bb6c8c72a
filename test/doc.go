// Package test holds what belongs to no single package: the architecture
// test, flows on the built binary, and in its folders the drivers of real
// peers and the load generators.
package test
