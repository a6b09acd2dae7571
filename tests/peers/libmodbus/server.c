/* A Modbus device made of libmodbus alone, for the tests and the benchmark against it.
 *
 * `server PORT` listens on loopback (0: a port from the system), prints {"port": N} and answers as units
 * 1 and 2 with a memory each, as 3 with holding registers 40101 to 40200 only, and as 7 with "the gateway target does
 * not respond"; 9 stays silent. `server rtu` makes a pseudo-terminal, prints {"port": "NAME"} and answers as unit 1 on
 * the serial line that it is. Lines on standard input set values, each answered with "ok":
 *
 *   holding UNIT AT WORD...      input UNIT AT WORD...      coil UNIT AT BIT...      discrete UNIT AT BIT...
 *   float UNIT AT ORDER VALUE    int32 UNIT AT VALUE        int64 UNIT AT VALUE      text UNIT AT TEXT
 *   get UNIT AT                  (answers with the holding register instead of "ok")
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <modbus/modbus.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

#define UNITS 3
#define WIDTH 20000
#define CLIENTS 64

static modbus_mapping_t *memory[UNITS + 1];

static void answer(modbus_t *ctx, uint8_t *query, int length) {
    int unit = query[modbus_get_header_length(ctx) - 1];
    if (unit == 9) return;
    if (unit < 1 || unit > UNITS) {
        modbus_reply_exception(ctx, query, MODBUS_EXCEPTION_GATEWAY_TARGET);
        return;
    }
    modbus_reply(ctx, query, length, memory[unit]);
}

static uint16_t swapped(uint16_t word) {
    return (uint16_t) (word << 8 | word >> 8);
}

/* Not modbus_set_float_*: before 3.1.7 it mixed up what its names say on little-endian machines. */
static void set_float(uint16_t *at, const char *order, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint16_t high = (uint16_t) (bits >> 16), low = (uint16_t) bits;
    int words = !strcmp(order, "CDAB") || !strcmp(order, "DCBA"), bytes = !strcmp(order, "BADC") || !strcmp(order, "DCBA");
    at[0] = words ? low : high;
    at[1] = words ? high : low;
    for (int n = 0; bytes && n < 2; n++) at[n] = swapped(at[n]);
}

static void command(char *line) {
    char *save = NULL, *what = strtok_r(line, " \n", &save), *part;
    char *unit_text = strtok_r(NULL, " \n", &save), *at_text = strtok_r(NULL, " \n", &save);
    if (!what || !unit_text || !at_text) return;
    int unit = atoi(unit_text), at = atoi(at_text);
    if (unit < 1 || unit > UNITS) return;
    modbus_mapping_t *of = memory[unit];
    at -= of->start_registers;
    if (at < 0 || at >= of->nb_registers) return;
    if (!strcmp(what, "get")) {
        printf("%u\n", of->tab_registers[at]);
    } else if (!strcmp(what, "float")) {
        const char *order = strtok_r(NULL, " \n", &save);
        float value = strtof(strtok_r(NULL, " \n", &save), NULL);
        set_float(of->tab_registers + at, order, value);
        puts("ok");
    } else if (!strcmp(what, "int32")) {
        int32_t value = (int32_t) strtol(strtok_r(NULL, " \n", &save), NULL, 0);
        MODBUS_SET_INT32_TO_INT16(of->tab_registers, at, value);
        puts("ok");
    } else if (!strcmp(what, "int64")) {
        int64_t value = strtoll(strtok_r(NULL, " \n", &save), NULL, 0);
        MODBUS_SET_INT64_TO_INT16(of->tab_registers, at, value);
        puts("ok");
    } else if (!strcmp(what, "text")) {
        const char *text = strtok_r(NULL, "\n", &save);
        for (int n = 0; text && text[n]; n++) {
            uint16_t *word = of->tab_registers + at + n / 2;
            *word = n % 2 ? (uint16_t) (*word | (uint8_t) text[n]) : (uint16_t) ((uint8_t) text[n] << 8);
        }
        puts("ok");
    } else {
        for (; (part = strtok_r(NULL, " \n", &save)) && at < of->nb_registers; at++) {
            uint16_t value = (uint16_t) strtoul(part, NULL, 0);
            if (!strcmp(what, "holding")) of->tab_registers[at] = value;
            if (!strcmp(what, "input")) of->tab_input_registers[at] = value;
            if (!strcmp(what, "coil")) of->tab_bits[at] = (uint8_t) value;
            if (!strcmp(what, "discrete")) of->tab_input_bits[at] = (uint8_t) value;
        }
        puts("ok");
    }
    fflush(stdout);
}

/* Unit 1 on a serial line; libmodbus itself passes over requests of other units. */
static int serve_rtu(void) {
    int line = posix_openpt(O_RDWR | O_NOCTTY);
    if (line < 0 || grantpt(line) || unlockpt(line)) return 1;
    const char *name = ptsname(line);
    int held = open(name, O_RDWR | O_NOCTTY); /* or the line would end when its client closes it */
    struct termios raw;
    tcgetattr(held, &raw);
    cfmakeraw(&raw);
    tcsetattr(held, TCSANOW, &raw);
    modbus_t *ctx = modbus_new_rtu(name, 115200, 'E', 8, 1);
    if (!ctx || modbus_set_slave(ctx, 1)) return 2;
    modbus_set_socket(ctx, line);
    printf("{\"port\": \"%s\"}\n", name);
    fflush(stdout);
    char text[65536];
    setvbuf(stdin, NULL, _IONBF, 0);
    for (;;) {
        fd_set ready;
        FD_ZERO(&ready);
        FD_SET(line, &ready);
        FD_SET(STDIN_FILENO, &ready);
        if (select(line + 1, &ready, NULL, NULL, NULL) < 0) return 1;
        if (FD_ISSET(STDIN_FILENO, &ready)) {
            if (!fgets(text, sizeof text, stdin)) return 0;
            command(text);
        }
        if (FD_ISSET(line, &ready)) {
            uint8_t query[MODBUS_RTU_MAX_ADU_LENGTH];
            int length = modbus_receive(ctx, query);
            if (length > 0) answer(ctx, query, length);
        }
    }
}

int main(int count, char **words) {
    modbus_t *ctx = modbus_new_tcp("127.0.0.1", count > 1 ? atoi(words[1]) : 0);
    memory[1] = modbus_mapping_new(WIDTH, WIDTH, WIDTH, WIDTH);
    memory[2] = modbus_mapping_new(WIDTH, WIDTH, WIDTH, WIDTH);
    memory[3] = modbus_mapping_new_start_address(0, 0, 0, 0, 100, 100, 0, 0);
    if (!ctx || !memory[1] || !memory[2] || !memory[3]) return 2;
    if (count > 1 && !strcmp(words[1], "rtu")) return serve_rtu();
    int listening = modbus_tcp_listen(ctx, CLIENTS);
    if (listening < 0) {
        fprintf(stderr, "cannot listen: %s\n", modbus_strerror(errno));
        return 1;
    }
    struct sockaddr_in here;
    socklen_t size = sizeof here;
    getsockname(listening, (struct sockaddr *) &here, &size);
    printf("{\"port\": %d}\n", ntohs(here.sin_port));
    fflush(stdout);

    fd_set watched;
    FD_ZERO(&watched);
    FD_SET(listening, &watched);
    FD_SET(STDIN_FILENO, &watched);
    int highest = listening;
    char line[65536];
    setvbuf(stdin, NULL, _IONBF, 0); /* what waits in a buffer of ours, select does not see */
    for (;;) {
        fd_set ready = watched;
        if (select(highest + 1, &ready, NULL, NULL, NULL) < 0) return 1;
        for (int socket = 0; socket <= highest; socket++) {
            if (!FD_ISSET(socket, &ready)) continue;
            if (socket == STDIN_FILENO) {
                if (!fgets(line, sizeof line, stdin)) return 0; /* who started it has gone */
                command(line);
            } else if (socket == listening) {
                int client = accept(listening, NULL, NULL);
                if (client < 0) continue;
                if (client >= FD_SETSIZE) {
                    close(client);
                    continue;
                }
                int now = 1; /* many small answers to requests sent ahead must not wait for each other */
                setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &now, sizeof now);
                FD_SET(client, &watched);
                if (client > highest) highest = client;
            } else {
                uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
                modbus_set_socket(ctx, socket);
                int length = modbus_receive(ctx, query);
                if (length > 0) answer(ctx, query, length);
                if (length < 0) {
                    close(socket);
                    FD_CLR(socket, &watched);
                }
            }
        }
    }
}
