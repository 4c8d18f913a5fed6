// AES-128 without special instructions: bit-sliced over 64 blocks, so that no memory access and no branch depends on secret
// data. FIPS 197; the S-box is computed from its definition, x -> A x^254 + c in GF(2^8).
#include <cstring>

#include "compute/prg_aes.h"

namespace tacit {

namespace {

// A byte of 64 blocks: bit j of each block's byte in word j.
struct Slice {
  uint64_t bit[8];
};

// Reduces a polynomial of degree up to 14 by x^8 + x^4 + x^3 + x + 1.
Slice ReducePolynomial(uint64_t* p) {
  for (int i = 14; i >= 8; --i) {
    p[i - 4] ^= p[i];
    p[i - 5] ^= p[i];
    p[i - 7] ^= p[i];
    p[i - 8] ^= p[i];
  }
  Slice r;
  for (int i = 0; i < 8; ++i) r.bit[i] = p[i];
  return r;
}

Slice Multiply(const Slice& x, const Slice& y) {
  uint64_t p[15] = {};
  for (int i = 0; i < 8; ++i) {
    for (int j = 0; j < 8; ++j) p[i + j] ^= x.bit[i] & y.bit[j];
  }
  return ReducePolynomial(p);
}

Slice Square(const Slice& x) {
  uint64_t p[15] = {};
  for (int i = 0; i < 8; ++i) p[2 * i] = x.bit[i];
  return ReducePolynomial(p);
}

// FIPS 197, 5.1.1.
Slice SubByte(const Slice& x) {
  const Slice x2 = Square(x), x3 = Multiply(x2, x), x12 = Square(Square(x3)), x15 = Multiply(x12, x3);
  const Slice x240 = Square(Square(Square(Square(x15))));
  const Slice inverse = Multiply(Multiply(x240, x12), x2);  // x^254
  Slice r;
  for (int i = 0; i < 8; ++i) {
    r.bit[i] = inverse.bit[i] ^ inverse.bit[(i + 4) % 8] ^ inverse.bit[(i + 5) % 8] ^ inverse.bit[(i + 6) % 8] ^ inverse.bit[(i + 7) % 8];
    if ((0x63 >> i) & 1) r.bit[i] = ~r.bit[i];
  }
  return r;
}

Slice Xor(const Slice& x, const Slice& y) {
  Slice r;
  for (int i = 0; i < 8; ++i) r.bit[i] = x.bit[i] ^ y.bit[i];
  return r;
}

// Multiplication by x in the field.
Slice Double(const Slice& x) {
  Slice r;
  for (int i = 1; i < 8; ++i) r.bit[i] = x.bit[i - 1];
  r.bit[0] = x.bit[7];
  r.bit[1] ^= x.bit[7];
  r.bit[3] ^= x.bit[7];
  r.bit[4] ^= x.bit[7];
  return r;
}

void AddRoundKey(const uint8_t* key, Slice* state) {
  for (int byte = 0; byte < 16; ++byte) {
    for (int i = 0; i < 8; ++i) {
      state[byte].bit[i] ^= uint64_t{0} - ((key[byte] >> i) & 1);
    }
  }
}

void Encrypt(const AesKey& key, Slice* state) {
  AddRoundKey(key.round[0], state);
  for (int round = 1; round <= 10; ++round) {
    Slice shifted[16];
    for (int column = 0; column < 4; ++column) {
      for (int row = 0; row < 4; ++row) shifted[4 * column + row] = SubByte(state[4 * ((column + row) % 4) + row]);  // SubBytes, ShiftRows
    }
    for (int column = 0; column < 4; ++column) {
      const Slice* s = shifted + 4 * column;
      for (int row = 0; row < 4; ++row) {
        if (round == 10) {
          state[4 * column + row] = s[row];
          continue;
        }
        const Slice &a = s[row], &b = s[(row + 1) % 4], &c = s[(row + 2) % 4], &d = s[(row + 3) % 4];
        state[4 * column + row] = Xor(Xor(Double(Xor(a, b)), b), Xor(c, d));  // MixColumns: 2a + 3b + c + d
      }
    }
    AddRoundKey(key.round[round], state);
  }
}

// The S-box at one byte, by the same circuit.
uint8_t SubOne(uint8_t x) {
  Slice s;
  for (int i = 0; i < 8; ++i) s.bit[i] = (x >> i) & 1;
  s = SubByte(s);
  uint8_t r = 0;
  for (int i = 0; i < 8; ++i) r |= static_cast<uint8_t>((s.bit[i] & 1) << i);
  return r;
}

}  // namespace

// FIPS 197, 5.2.
AesKey ExpandKey(const uint8_t key[16]) {
  AesKey out;
  std::memcpy(out.round[0], key, 16);
  uint8_t constant = 1;
  for (int round = 1; round <= 10; ++round) {
    const uint8_t* last = out.round[round - 1];
    uint8_t* next = out.round[round];
    for (int i = 0; i < 4; ++i) next[i] = static_cast<uint8_t>(last[i] ^ SubOne(last[12 + (i + 1) % 4]) ^ (i == 0 ? constant : 0));
    for (int i = 4; i < 16; ++i) next[i] = last[i] ^ next[i - 4];
    constant = static_cast<uint8_t>((constant << 1) ^ (constant & 0x80 ? 0x1B : 0));
  }
  return out;
}

void CounterPortable(const AesKey& key, CounterBlock first, int64_t blocks, uint8_t* out) {
  for (int64_t done = 0; done < blocks; done += 64) {
    const int64_t count = blocks - done < 64 ? blocks - done : 64;
    Slice state[16];
    for (int byte = 0; byte < 16; ++byte) {
      for (int bit = 0; bit < 8; ++bit) {
        const int at = 8 * byte + bit;
        uint64_t word = 0;
        if (at >= 64) {
          word = uint64_t{0} - ((first.high >> (at - 64)) & 1);
        } else {
          for (int64_t b = 0; b < 64; ++b) word |= (((first.low + static_cast<uint64_t>(done + b)) >> at) & 1) << b;
        }
        state[byte].bit[bit] = word;
      }
    }
    Encrypt(key, state);
    for (int64_t b = 0; b < count; ++b) {
      for (int byte = 0; byte < 16; ++byte) {
        uint8_t x = 0;
        for (int bit = 0; bit < 8; ++bit) x |= static_cast<uint8_t>(((state[byte].bit[bit] >> b) & 1) << bit);
        out[16 * (done + b) + byte] = x;
      }
    }
  }
}

}  // namespace tacit
