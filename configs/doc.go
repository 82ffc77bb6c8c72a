// Package configs turns the daemon's YAML file and its environment into one
// typed [Config].
//
// Every key, its meaning and its default stand in dialtone.yaml, which is
// embedded and read first: there is no second list of defaults. The operator's
// file is laid over it, then the environment: the variable of a key is
// DIALTONE_ followed by the key's path in capitals joined by "_"
// (sip.min_expires is DIALTONE_SIP_MIN_EXPIRES); single values are taken as
// they are, lists and sections are YAML flow text.
//
// A key without a value keeps its default. Unknown keys and variables are
// errors. All problems are reported at once, each with its file, line and key.
// Relative paths are relative to the daemon's working directory.
//
// The file says how the daemon runs. What it serves (accounts, phones, trunks)
// are records, changed live through the API.
package configs
