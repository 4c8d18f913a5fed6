"""A small LLaMA in plain PyTorch: RMSNorm, rotary positions, grouped queries, SwiGLU, embedding tied to the head.

Parameter names are those of Hugging Face's LlamaForCausalLM, so that the weights load there too.
"""
import json
import math
import pathlib

import torch
from torch import nn
from torch.nn import functional as F


class RMSNorm(nn.Module):
    def __init__(self, width, epsilon):
        super().__init__()
        self.weight, self.epsilon = nn.Parameter(torch.ones(width)), epsilon

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.epsilon) * self.weight


def rotate(x, cos, sin):
    """x [B, H, S, D] turned by its position: the halves of D are the two coordinates."""
    low, high = x.chunk(2, -1)
    return x * cos + torch.cat((-high, low), -1) * sin


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads, self.kv_heads, self.dim = c["num_attention_heads"], c["num_key_value_heads"], c["head_dim"]
        width = c["hidden_size"]
        self.q_proj = nn.Linear(width, self.heads * self.dim, bias=False)
        self.k_proj = nn.Linear(width, self.kv_heads * self.dim, bias=False)
        self.v_proj = nn.Linear(width, self.kv_heads * self.dim, bias=False)
        self.o_proj = nn.Linear(self.heads * self.dim, width, bias=False)

    def forward(self, x, cos, sin, bias):
        def split(y, heads):
            return y.unflatten(-1, (heads, self.dim)).transpose(1, 2)

        query = rotate(split(self.q_proj(x), self.heads), cos, sin)
        key = rotate(split(self.k_proj(x), self.kv_heads), cos, sin)
        value = split(self.v_proj(x), self.kv_heads)
        copies = self.heads // self.kv_heads
        scores = query @ key.repeat_interleave(copies, 1).transpose(-1, -2) / math.sqrt(self.dim) + bias
        mixed = F.softmax(scores, -1) @ value.repeat_interleave(copies, 1)
        return self.o_proj(mixed.transpose(1, 2).flatten(-2))


class MLP(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.gate_proj = nn.Linear(c["hidden_size"], c["intermediate_size"], bias=False)
        self.up_proj = nn.Linear(c["hidden_size"], c["intermediate_size"], bias=False)
        self.down_proj = nn.Linear(c["intermediate_size"], c["hidden_size"], bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.input_layernorm = RMSNorm(c["hidden_size"], c["rms_norm_eps"])
        self.self_attn = Attention(c)
        self.post_attention_layernorm = RMSNorm(c["hidden_size"], c["rms_norm_eps"])
        self.mlp = MLP(c)

    def forward(self, x, cos, sin, bias):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, bias)
        return x + self.mlp(self.post_attention_layernorm(x))


class Decoder(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.embed_tokens = nn.Embedding(c["vocab_size"], c["hidden_size"])
        self.layers = nn.ModuleList(Layer(c) for _ in range(c["num_hidden_layers"]))
        self.norm = RMSNorm(c["hidden_size"], c["rms_norm_eps"])
        theta = c.get("rope_theta") or c["rope_parameters"]["rope_theta"]
        self.register_buffer("frequencies", theta ** (-torch.arange(0, c["head_dim"], 2) / c["head_dim"]), persistent=False)

    def forward(self, ids, positions):
        angles = positions[:, None, :, None].float() * torch.cat((self.frequencies, self.frequencies))
        bias = (positions[:, None, None, :] > positions[:, None, :, None]).float() * -1e4
        x = self.embed_tokens(ids)
        for layer in self.layers:
            x = layer(x, angles.cos(), angles.sin(), bias)
        return self.norm(x)


class LanguageModel(nn.Module):
    """input_ids, position_ids [B, S] -> logits [B, S, V]."""

    def __init__(self, config):
        super().__init__()
        self.model = Decoder(config)

    def forward(self, input_ids, position_ids):
        return F.linear(self.model(input_ids, position_ids), self.model.embed_tokens.weight)


def load(folder):
    """The model of a folder with config.json and model.safetensors."""
    from safetensors.torch import load_file

    folder = pathlib.Path(folder)
    model = LanguageModel(json.loads((folder / "config.json").read_text()))
    model.load_state_dict(load_file(folder / "model.safetensors"))
    return model.eval()
