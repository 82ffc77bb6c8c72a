// What libspandsp says, collected for Go to fetch, and its ends of a call.

#include <stdlib.h>
#include <string.h>
#include <stdint.h>
#include <stdbool.h>
#include <spandsp.h>

enum { max_packets = 256, max_packet = 512, samples = 160 };

// peer_t is a terminal, a gateway with a fax machine at its line, or a machine alone.
typedef struct {
	t38_terminal_state_t *terminal;
	t38_gateway_state_t *gateway;
	fax_state_t *fax;
	t30_state_t *t30;
	t38_core_state_t *core;
	int packets;
	int lengths[max_packets];
	int counts[max_packets];
	uint8_t data[max_packets][max_packet];
	int done;
	int result;
} peer_t;

static int send_packet(t38_core_state_t *s, void *user, const uint8_t *buf, int len, int count)
{
	peer_t *p = user;
	(void)s;
	if (p->packets == max_packets || len > max_packet)
		return -1;
	memcpy(p->data[p->packets], buf, len);
	p->lengths[p->packets] = len;
	p->counts[p->packets++] = count;
	return 0;
}

static void phase_e(t30_state_t *s, void *user, int result)
{
	peer_t *p = user;
	(void)s;
	p->done = 1;
	p->result = result;
}

static inline void peer_free(peer_t *p)
{
	if (p->terminal != NULL)
		t38_terminal_free(p->terminal);
	if (p->gateway != NULL)
		t38_gateway_free(p->gateway);
	if (p->fax != NULL)
		fax_free(p->fax);
	free(p);
}

static inline peer_t *peer_terminal(int caller)
{
	peer_t *p = calloc(1, sizeof(*p));
	if (p == NULL)
		return NULL;
	p->terminal = t38_terminal_init(NULL, caller, send_packet, p);
	if (p->terminal == NULL) {
		free(p);
		return NULL;
	}
	p->t30 = t38_terminal_get_t30_state(p->terminal);
	p->core = t38_terminal_get_t38_core_state(p->terminal);
	t30_set_phase_e_handler(p->t30, phase_e, p);
	return p;
}

static inline peer_t *peer_gateway(int caller, int ecm)
{
	peer_t *p = calloc(1, sizeof(*p));
	if (p == NULL)
		return NULL;
	p->gateway = t38_gateway_init(NULL, send_packet, p);
	p->fax = fax_init(NULL, caller);
	if (p->gateway == NULL || p->fax == NULL) {
		peer_free(p);
		return NULL;
	}
	t38_gateway_set_transmit_on_idle(p->gateway, 1);
	t38_gateway_set_ecm_capability(p->gateway, ecm);
	t38_gateway_set_supported_modems(p->gateway, T30_SUPPORT_V27TER | T30_SUPPORT_V29 | T30_SUPPORT_V17);
	fax_set_transmit_on_idle(p->fax, 1);
	p->t30 = fax_get_t30_state(p->fax);
	p->core = t38_gateway_get_t38_core_state(p->gateway);
	t30_set_phase_e_handler(p->t30, phase_e, p);
	return p;
}

static inline peer_t *peer_machine(int caller)
{
	peer_t *p = calloc(1, sizeof(*p));
	if (p == NULL)
		return NULL;
	p->fax = fax_init(NULL, caller);
	if (p->fax == NULL) {
		free(p);
		return NULL;
	}
	fax_set_transmit_on_idle(p->fax, 1);
	p->t30 = fax_get_t30_state(p->fax);
	t30_set_phase_e_handler(p->t30, phase_e, p);
	return p;
}

// peer_say writes the next samples of a machine.
static inline void peer_say(peer_t *p, int16_t *line, int max)
{
	int n = fax_tx(p->fax, line, max);
	memset(line + n, 0, (max - n)*sizeof(line[0]));
}

// peer_advance lets 20 ms pass.
static inline void peer_advance(peer_t *p)
{
	int16_t line[samples];
	int n;

	if (p->terminal != NULL) {
		t38_terminal_send_timeout(p->terminal, samples);
		return;
	}
	n = fax_tx(p->fax, line, samples);
	memset(line + n, 0, (samples - n)*sizeof(line[0]));
	t38_gateway_rx(p->gateway, line, samples);
	n = t38_gateway_tx(p->gateway, line, samples);
	memset(line + n, 0, (samples - n)*sizeof(line[0]));
	fax_rx(p->fax, line, samples);
}

static inline uint8_t *packet_of(peer_t *p, int i) { return p->data[i]; }
