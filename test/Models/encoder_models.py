"""Tiny models of Hugging Face's encoder, vision and speech architectures with random weights.

Each entry of MODELS is made from a configuration alone (no download), so that the graphs are those of today's exporters at a size that
a test can run. Weights are drawn so that activations stay of order 1 and outputs are not trivial.
"""
import numpy as np
import torch
import transformers as hf

BATCH, LENGTH, VOCAB = 2, 9, 99
TEXT = dict(vocab_size=VOCAB, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
            max_position_embeddings=40)
VISION = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, image_size=16, patch_size=8)


def ids(generator, low=3):
    """Token ids [BATCH, LENGTH]; the second row ends in padding."""
    values = generator.integers(low, VOCAB, (BATCH, LENGTH))
    values[1, 6:] = 1
    return torch.tensor(values)


def mask(_):
    values = torch.ones(BATCH, LENGTH, dtype=torch.int64)
    values[1, 6:] = 0
    return values


def types(_):
    values = torch.zeros(BATCH, LENGTH, dtype=torch.int64)
    values[:, 4:] = 1
    return values


def image(generator, size=16, batch=BATCH):
    return torch.tensor(generator.standard_normal((batch, 3, size, size)), dtype=torch.float32)


INPUTS = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types, "pixel_values": image}


class Wrap(torch.nn.Module):
    """Calls a model with inputs in a fixed order and returns a tuple of its tensors."""

    def __init__(self, model, names, take, **fixed):
        super().__init__()
        self.model, self.names, self.take, self.fixed = model, names, take, fixed

    def forward(self, *values):
        out = self.model(**dict(zip(self.names, values)), **self.fixed)
        return self.take(out, dict(zip(self.names, values)))


def field(*names):
    return lambda out, _: tuple(getattr(out, name) for name in names)


def mean_pooled(out, given):
    """Sentence-transformers: mean over what the mask keeps, then L2-normalised."""
    weight = given["attention_mask"].unsqueeze(-1).expand(out.last_hidden_state.size()).float()
    pooled = torch.sum(out.last_hidden_state * weight, 1) / torch.clamp(weight.sum(1), min=1e-9)
    return (torch.nn.functional.normalize(pooled, p=2, dim=1),)


def init(model, seed=0, gain=0.9):
    """Random weights of order gain / sqrt(inputs); norms near 1, biases of 0.1."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=generator)
            if "lambda" in name or "layer_scale" in name or "layerscale" in name:
                p.copy_(0.5 + 0.1 * noise)
            elif "logit_scale" in name or "logit_bias" in name:
                continue
            elif p.dim() < 2 and ("norm" in name.lower() or "ln" in name.lower() or p.numel() == 1 or torch.all(p == 1)) and name.endswith("weight"):
                p.copy_(1 + 0.1 * noise)
            elif p.dim() < 2:
                p.copy_(0.1 * noise)
            elif "embed" in name or "relative" in name or "token" in name and "tokens" in name or "position" in name or p.shape[0] == 1:
                p.copy_(0.4 * noise)
            else:
                p.copy_(gain * noise / float(np.sqrt(np.prod(p.shape[1:]))))
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.copy_(0.1 * torch.randn(module.running_mean.shape, generator=generator))
                module.running_var.copy_(1 + 0.2 * torch.rand(module.running_var.shape, generator=generator))
    return model.eval()


HIDDEN = field("last_hidden_state")
MASKED = ("input_ids", "attention_mask")
FULL = ("input_ids", "attention_mask", "token_type_ids")
MODELS = {}


def entry(name, make, names, take=HIDDEN, outputs=("last_hidden_state",), attention=("sdpa",), **options):
    """`make(attn)` gives the bare model; `options`: fixed (arguments), inputs (makers), gain, heads (for the optimizer)."""
    for attn in attention:
        MODELS[name if attn == attention[0] else f"{name}-{attn}"] = dict(make=lambda attn=attn: make(attn), names=names, take=take,
                                                                   outputs=outputs, **options)


def text(model, config, **more):
    def make(attn):
        c = getattr(hf, config)(**{**TEXT, **more})
        c._attn_implementation = attn
        return getattr(hf, model)(c)
    return make


BOTH = ("sdpa", "eager")
POOLED = dict(take=field("last_hidden_state", "pooler_output"), outputs=("last_hidden_state", "pooler_output"))
LOGITS = dict(take=field("logits"), outputs=("logits",))
entry("bert", text("BertModel", "BertConfig"), FULL, attention=BOTH, heads=4, **POOLED)
entry("bert-ids", text("BertModel", "BertConfig"), ("input_ids",))
entry("bert-mean", text("BertModel", "BertConfig"), FULL, take=mean_pooled, outputs=("sentence_embedding",), heads=4)
entry("bert-class", text("BertForSequenceClassification", "BertConfig", num_labels=3), FULL, heads=4, **LOGITS)
entry("bert-token", text("BertForTokenClassification", "BertConfig", num_labels=5, hidden_act="relu"), MASKED, heads=4, **LOGITS)
entry("bert-qa", text("BertForQuestionAnswering", "BertConfig", hidden_act="gelu_new"), FULL, take=field("start_logits", "end_logits"),
      outputs=("start_logits", "end_logits"), heads=4)
entry("bert-mlm", text("BertForMaskedLM", "BertConfig"), FULL, heads=4, **LOGITS)
entry("bert-relkey", text("BertModel", "BertConfig", position_embedding_type="relative_key_query"), MASKED)
entry("roberta", text("RobertaModel", "RobertaConfig", pad_token_id=1), MASKED, attention=BOTH, heads=4, **POOLED)
entry("roberta-ids", text("RobertaModel", "RobertaConfig", pad_token_id=1), ("input_ids",))
entry("roberta-class", text("RobertaForSequenceClassification", "RobertaConfig", num_labels=3), MASKED, heads=4, **LOGITS)
entry("xlmr-mlm", text("XLMRobertaForMaskedLM", "XLMRobertaConfig"), MASKED, heads=4, **LOGITS)
entry("xlmr-mean", text("XLMRobertaModel", "XLMRobertaConfig"), MASKED, take=mean_pooled, outputs=("sentence_embedding",), heads=4)
entry("camembert-token", text("CamembertForTokenClassification", "CamembertConfig"), MASKED, heads=4, **LOGITS)


def distil(model, **more):
    def make(attn):
        c = hf.DistilBertConfig(vocab_size=VOCAB, dim=32, n_layers=2, n_heads=4, hidden_dim=64, max_position_embeddings=40, **more)
        c._attn_implementation = attn
        return getattr(hf, model)(c)
    return make


entry("distilbert", distil("DistilBertModel"), MASKED, attention=BOTH, heads=4)
entry("distilbert-class", distil("DistilBertForSequenceClassification"), MASKED, heads=4, **LOGITS)
entry("distilbert-sin", distil("DistilBertModel", sinusoidal_pos_embds=True), MASKED)
entry("albert", text("AlbertModel", "AlbertConfig", embedding_size=16), FULL, attention=BOTH, heads=4, **POOLED)
entry("albert-mlm", text("AlbertForMaskedLM", "AlbertConfig", embedding_size=16), FULL, **LOGITS)
entry("electra", text("ElectraModel", "ElectraConfig", embedding_size=16), FULL, attention=BOTH)
entry("electra-disc", text("ElectraForPreTraining", "ElectraConfig", embedding_size=16), FULL, **LOGITS)
entry("mpnet", text("MPNetModel", "MPNetConfig"), MASKED, attention=("eager",), **POOLED)
entry("mpnet-mean", text("MPNetModel", "MPNetConfig"), MASKED, take=mean_pooled, outputs=("sentence_embedding",), attention=("eager",))
entry("deberta", text("DebertaModel", "DebertaConfig", relative_attention=True, pos_att_type=["c2p", "p2c"], position_biased_input=False), FULL,
      attention=("eager",))
entry("deberta2", text("DebertaV2Model", "DebertaV2Config", relative_attention=True, pos_att_type=["c2p", "p2c"], position_buckets=8,
                       norm_rel_ebd="layer_norm", share_att_key=True, position_biased_input=False), FULL, attention=("eager",))
entry("deberta2-class", text("DebertaV2ForSequenceClassification", "DebertaV2Config", relative_attention=True, pos_att_type=["c2p", "p2c"],
                             position_buckets=8, norm_rel_ebd="layer_norm", share_att_key=True, position_biased_input=False, conv_kernel_size=3), FULL,
      attention=("eager",), **LOGITS)
entry("mobilebert", text("MobileBertModel", "MobileBertConfig", embedding_size=16, intra_bottleneck_size=16, true_hidden_size=16), FULL, attention=BOTH,
      gain=0.6, **POOLED)
entry("mobilebert-ln", text("MobileBertModel", "MobileBertConfig", embedding_size=16, intra_bottleneck_size=16, normalization_type="layer_norm"), FULL)
entry("squeezebert", text("SqueezeBertModel", "SqueezeBertConfig", embedding_size=32, q_groups=2, k_groups=2, v_groups=2, post_attention_groups=1,
                          intermediate_groups=4, output_groups=4), FULL, attention=("eager",), **POOLED)
entry("bigbird", text("BigBirdModel", "BigBirdConfig", attention_type="original_full"), FULL, attention=("eager",), **POOLED)
entry("roformer", text("RoFormerModel", "RoFormerConfig", embedding_size=32), FULL, attention=("eager",))
entry("ernie", text("ErnieModel", "ErnieConfig", use_task_id=True), FULL, **POOLED)
entry("xmod", text("XmodModel", "XmodConfig", languages=["en_XX"], default_language="en_XX"), MASKED)
entry("ibert", text("IBertModel", "IBertConfig"), MASKED, attention=("eager",))
entry("nystrom", text("NystromformerModel", "NystromformerConfig", num_landmarks=9, segment_means_seq_len=9), MASKED, attention=("eager",))
entry("yoso", text("YosoModel", "YosoConfig"), MASKED, attention=("eager",))
entry("esm", text("EsmModel", "EsmConfig", position_embedding_type="rotary", pad_token_id=1, mask_token_id=2, token_dropout=True), MASKED)
entry("longformer", text("LongformerModel", "LongformerConfig", attention_window=[4, 4]), MASKED, attention=("eager",))
entry("fnet", text("FNetModel", "FNetConfig", tpu_short_seq_length=9), ("input_ids",), attention=("eager",))
entry("convbert", text("ConvBertModel", "ConvBertConfig", embedding_size=32, head_ratio=2, conv_kernel_size=3), FULL, attention=("eager",))
entry("megatron", text("MegatronBertModel", "MegatronBertConfig"), FULL, attention=("eager",))
entry("layoutlm", text("LayoutLMModel", "LayoutLMConfig", max_2d_position_embeddings=64), FULL, attention=("eager",))
entry("funnel", lambda attn: hf.FunnelBaseModel(hf.FunnelConfig(vocab_size=VOCAB, block_sizes=[1, 1], d_model=32, n_head=4, d_head=8, d_inner=64)), MASKED,
      attention=("eager",))


def modernbert(model, **more):
    def make(attn):
        c = hf.ModernBertConfig(**{**TEXT, "pad_token_id": 1, "local_attention": 6, "global_attn_every_n_layers": 2, "bos_token_id": 0,
                                   "eos_token_id": 2, "cls_token_id": 0, "sep_token_id": 2, **more})
        c._attn_implementation = attn
        return getattr(hf, model)(c)
    return make


entry("modernbert", modernbert("ModernBertModel"), MASKED, attention=BOTH)
entry("modernbert-mlm", modernbert("ModernBertForMaskedLM"), MASKED, **LOGITS)
entry("modernbert-class", modernbert("ModernBertForSequenceClassification", classifier_pooling="mean"), MASKED, **LOGITS)


class Nomic(torch.nn.Module):
    """Post-norm layers without biases, rotary positions, SwiGLU: the form of nomic-bert, which Transformers loads as remote code."""

    class Layer(torch.nn.Module):
        def __init__(self, width=32, heads=4, inner=64):
            super().__init__()
            self.heads = heads
            self.qkv = torch.nn.Linear(width, 3 * width, bias=False)
            self.out = torch.nn.Linear(width, width, bias=False)
            self.norm1, self.norm2 = torch.nn.LayerNorm(width), torch.nn.LayerNorm(width)
            self.fc11, self.fc12 = torch.nn.Linear(width, inner, bias=False), torch.nn.Linear(width, inner, bias=False)
            self.fc2 = torch.nn.Linear(inner, width, bias=False)

        def forward(self, x, bias):
            b, s, w = x.shape
            q, k, v = self.qkv(x).view(b, s, 3, self.heads, w // self.heads).unbind(2)
            depth = w // self.heads
            angle = torch.outer(torch.arange(s, dtype=torch.float32), 1 / 1000 ** (torch.arange(0, depth, 2).float() / depth))
            cos, sin = angle.cos().repeat(1, 2)[:, None], angle.sin().repeat(1, 2)[:, None]

            def turn(t):
                a, c = t.chunk(2, -1)
                return t * cos + torch.cat((-c, a), -1) * sin
            a = torch.nn.functional.scaled_dot_product_attention(turn(q).transpose(1, 2), turn(k).transpose(1, 2), v.transpose(1, 2), bias)
            x = self.norm1(x + self.out(a.transpose(1, 2).reshape(b, s, w)))
            return self.norm2(x + self.fc2(self.fc11(x) * torch.nn.functional.silu(self.fc12(x))))

    def __init__(self):
        super().__init__()
        self.embeddings, self.types = torch.nn.Embedding(VOCAB, 32), torch.nn.Embedding(2, 32)
        self.norm = torch.nn.LayerNorm(32)
        self.layers = torch.nn.ModuleList([Nomic.Layer(), Nomic.Layer()])

    def forward(self, input_ids, attention_mask):
        x = self.norm(self.embeddings(input_ids) + self.types(torch.zeros_like(input_ids)))
        bias = (1 - attention_mask[:, None, None, :].to(x.dtype)) * torch.finfo(x.dtype).min
        for layer in self.layers:
            x = layer(x, bias)
        return hf.modeling_outputs.BaseModelOutput(last_hidden_state=x)


entry("nomic", lambda attn: Nomic(), MASKED, take=mean_pooled, outputs=("sentence_embedding",))


def t5(config="T5Config", model="T5EncoderModel", **more):
    def make(attn):
        return getattr(hf, model)(getattr(hf, config)(attn_implementation=attn, vocab_size=VOCAB, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4,
                                                      relative_attention_num_buckets=8, relative_attention_max_distance=16, **more))
    return make


entry("t5", t5(), MASKED, attention=("eager",), gain=0.5)
entry("t5-gated", t5(feed_forward_proj="gated-gelu"), MASKED, attention=("eager",), gain=0.5)
entry("umt5", t5("UMT5Config", "UMT5EncoderModel"), MASKED, attention=("eager",), gain=0.5)

# ---- vision ----
PIXELS = ("pixel_values",)


def vision(model, config, **more):
    def make(attn):
        c = getattr(hf, config)(**{**VISION, **more})
        c._attn_implementation = attn
        return getattr(hf, model)(c)
    return make


entry("clip-text", lambda attn: hf.CLIPTextModelWithProjection(hf.CLIPTextConfig(**{**TEXT, "projection_dim": 16, "eos_token_id": 98, "bos_token_id": 97,
      "pad_token_id": 1}, attn_implementation=attn)), MASKED, take=field("text_embeds"), outputs=("text_embeds",), attention=BOTH)
entry("clip-text2", lambda attn: hf.CLIPTextModel(hf.CLIPTextConfig(**{**TEXT, "eos_token_id": 2})), ("input_ids",), **POOLED)
entry("clip-vision", vision("CLIPVisionModelWithProjection", "CLIPVisionConfig", projection_dim=16), PIXELS, take=field("image_embeds"),
      outputs=("image_embeds",), attention=BOTH)
entry("siglip-text", lambda attn: hf.SiglipTextModel(hf.SiglipTextConfig(**{**TEXT, "max_position_embeddings": 9, "projection_size": 32})), ("input_ids",), **POOLED)
entry("siglip-vision", vision("SiglipVisionModel", "SiglipVisionConfig"), PIXELS, **POOLED)
entry("vit", vision("ViTModel", "ViTConfig"), PIXELS, attention=BOTH, **POOLED)
entry("vit-class", vision("ViTForImageClassification", "ViTConfig", num_labels=5), PIXELS, **LOGITS)
entry("deit", vision("DeiTForImageClassificationWithTeacher", "DeiTConfig", num_labels=5), PIXELS, **LOGITS)
entry("beit", vision("BeitModel", "BeitConfig", use_relative_position_bias=True, use_mean_pooling=True), PIXELS, attention=BOTH, **POOLED)
entry("dinov2", vision("Dinov2Model", "Dinov2Config"), PIXELS, **POOLED)
entry("dinov2-swiglu", vision("Dinov2Model", "Dinov2Config", use_swiglu_ffn=True), PIXELS, attention=("eager",))
entry("dinov3", vision("DINOv3ViTModel", "DINOv3ViTConfig"), PIXELS)
entry("ijepa", vision("IJepaModel", "IJepaConfig"), PIXELS)
entry("swin", lambda attn: hf.SwinForImageClassification(hf.SwinConfig(attn_implementation=attn, image_size=16, patch_size=2, embed_dim=16, depths=[2, 1], num_heads=[2, 4],
      window_size=4, num_labels=5)), PIXELS, attention=("eager",), **LOGITS)
entry("swinv2", lambda attn: hf.Swinv2ForImageClassification(hf.Swinv2Config(image_size=16, patch_size=2, embed_dim=16, depths=[2, 1], num_heads=[2, 4],
      window_size=4, num_labels=5)), PIXELS, attention=("eager",), **LOGITS)
entry("convnext", lambda attn: hf.ConvNextModel(hf.ConvNextConfig(hidden_sizes=[16, 32], depths=[1, 1], num_stages=2, patch_size=4, image_size=32)),
      PIXELS, attention=("eager",), inputs={"pixel_values": lambda g: image(g, 32, 1)}, **POOLED)
entry("convnextv2", lambda attn: hf.ConvNextV2Model(hf.ConvNextV2Config(hidden_sizes=[16, 32], depths=[1, 1], num_stages=2, patch_size=4, image_size=32)),
      PIXELS, attention=("eager",), inputs={"pixel_values": lambda g: image(g, 32, 1)}, **POOLED)
entry("levit", lambda attn: hf.LevitModel(hf.LevitConfig(image_size=64, hidden_sizes=[16, 24, 32], num_attention_heads=[2, 3, 4], depths=[1, 1, 1],
      key_dim=[8, 8, 8])), PIXELS, attention=("eager",), inputs={"pixel_values": lambda g: image(g, 64, 1)}, **POOLED)
entry("pvt", lambda attn: hf.PvtModel(hf.PvtConfig(image_size=32, hidden_sizes=[16, 24, 24, 32], num_attention_heads=[1, 2, 2, 2], depths=[1, 1, 1, 1], patch_sizes=[4, 2, 2, 1],
      sequence_reduction_ratios=[4, 2, 1, 1], mlp_ratios=[2, 2, 2, 2], strides=[4, 2, 2, 1])), PIXELS, attention=("eager",),
      inputs={"pixel_values": lambda g: image(g, 32, 1)})
entry("segformer", lambda attn: hf.SegformerModel(hf.SegformerConfig(hidden_sizes=[16, 24], num_attention_heads=[1, 2], depths=[1, 1], num_encoder_blocks=2,
      sr_ratios=[4, 2], mlp_ratios=[2, 2], patch_sizes=[7, 3], strides=[4, 2])), PIXELS, attention=("eager",),
      inputs={"pixel_values": lambda g: image(g, 32, 1)})
entry("mobilevit", lambda attn: hf.MobileViTModel(hf.MobileViTConfig(image_size=32, hidden_sizes=[16, 20, 24], neck_hidden_sizes=[8, 8, 12, 16, 16, 16, 32],
      num_attention_heads=2, expand_ratio=2.0)), PIXELS, attention=("eager",), inputs={"pixel_values": lambda g: image(g, 32, 1)})
entry("resnet", lambda attn: hf.ResNetModel(hf.ResNetConfig(embedding_size=16, hidden_sizes=[16, 32], depths=[1, 1], layer_type="basic")), PIXELS,
      attention=("eager",), inputs={"pixel_values": lambda g: image(g, 32, 1)}, **POOLED)
entry("poolformer", lambda attn: hf.PoolFormerModel(hf.PoolFormerConfig(hidden_sizes=[16, 32], depths=[1, 1], num_encoder_blocks=2, patch_sizes=[7, 3],
      strides=[4, 2], padding=[2, 1])), PIXELS, attention=("eager",), inputs={"pixel_values": lambda g: image(g, 32, 1)})

# ---- speech ----
entry("whisper-encoder", lambda attn: hf.models.whisper.modeling_whisper.WhisperEncoder(hf.WhisperConfig(d_model=32, encoder_layers=2,
      encoder_attention_heads=4, encoder_ffn_dim=64, num_mel_bins=8, max_source_positions=12, attn_implementation=attn)), ("input_features",),
      inputs={"input_features": lambda g: torch.tensor(g.standard_normal((1, 8, 24)), dtype=torch.float32)}, attention=BOTH)


def speech(model, config, **more):
    def make(attn):
        c = getattr(hf, config)(vocab_size=20, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, conv_dim=(16, 16, 16),
                                conv_stride=(5, 2, 2), conv_kernel=(10, 3, 3), num_feat_extract_layers=3, num_conv_pos_embeddings=8,
                                num_conv_pos_embedding_groups=4, **more)
        c._attn_implementation = attn
        return getattr(hf, model)(c)
    return make


WAVE = dict(inputs={"input_values": lambda g: torch.tensor(g.standard_normal((1, 300)), dtype=torch.float32)})
entry("wav2vec2", speech("Wav2Vec2Model", "Wav2Vec2Config"), ("input_values",), **WAVE)
entry("wav2vec2-ctc", speech("Wav2Vec2ForCTC", "Wav2Vec2Config", feat_extract_norm="layer", do_stable_layer_norm=True, conv_bias=True), ("input_values",),
      **WAVE, **LOGITS)
entry("hubert", speech("HubertModel", "HubertConfig"), ("input_values",), **WAVE)
entry("wavlm", speech("WavLMModel", "WavLMConfig", num_buckets=16, max_bucket_distance=20), ("input_values",), attention=("eager",), **WAVE)
entry("data2vec-audio", lambda attn: hf.Data2VecAudioModel(hf.Data2VecAudioConfig(vocab_size=20, hidden_size=32, num_hidden_layers=2,
      num_attention_heads=4, intermediate_size=64, conv_dim=(16, 16, 16), conv_stride=(5, 2, 2), conv_kernel=(10, 3, 3), num_conv_pos_embeddings=2,
      conv_pos_kernel_size=5, num_conv_pos_embedding_groups=4)), ("input_values",), **WAVE)
entry("ast", lambda attn: hf.ASTForAudioClassification(hf.ASTConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
      patch_size=8, frequency_stride=6, time_stride=6, max_length=20, num_mel_bins=20, num_labels=5, attn_implementation=attn)), ("input_values",),
      inputs={"input_values": lambda g: torch.tensor(g.standard_normal((1, 20, 20)), dtype=torch.float32)}, **LOGITS)


def build(name):
    """The wrapped model in evaluation mode, and its inputs in order."""
    spec = MODELS[name]
    torch.manual_seed(0)
    model = init(spec["make"](), gain=spec.get("gain", 0.9))
    generator = np.random.default_rng(1)
    inputs = tuple(spec.get("inputs", {}).get(n, INPUTS.get(n))(generator) for n in spec["names"])
    return Wrap(model, spec["names"], spec["take"], **spec.get("fixed", {})), inputs
