// Command bench measures Dialtone against what could do the same work: a peer people
// know, and a floor, the cheapest program that gives the same answer. It prints one
// table and keeps every sample in a file.
//
// The unit is CPU time of the server process, user and system, per unit of work.
// Hosts are noisy, so candidates take turns within one run and ratios are made
// between samples taken in the same round.
//
//	bench -daemon bin/dialtone [-out bench-out] [-rounds 11] [-only fetch,https,idle,render,load]
//	bench canned ...   the floor of the provisioning rows, started by the above
//	bench fetch ...    the load of the provisioning rows, started by the above
//	bench connect ...  the load of the HTTPS rows, started by the above
//	bench hold ...     the clients of the rows about idle connections, started by the above
package main
