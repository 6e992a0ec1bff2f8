"""Makes the checkpoints in this folder: each once as Megatron-LM saves it, by torch.save itself, and once in Hugging
Face's form, from the same numbers. Made with PyTorch 2.13.0, NumPy, safetensors and transformers from PyPI, on Python 3.11:

    python make.py

stretched/   plain, with Llama 3's rope_scaling and biases in attention, bfloat16, in Hugging Face's form alone; logits.json
             as above
compressed/  DMC, multi-head, bfloat16, one rank, as NVIDIA publishes them
grouped/     two KV heads, float16, two ranks of tensor parallelism, a padded vocabulary; logits.json has what transformers
             computes in single precision
"""
import argparse, collections, enum, io, json, os, random, shutil, signal, sys, types
import numpy, torch
from safetensors.torch import save_file

ENUMS = "megatron.core.transformer.enums"
for end in range(1, ENUMS.count(".") + 2):
    name = ".".join(ENUMS.split(".")[:end])
    sys.modules[name] = types.ModuleType(name)
AttnBackend = enum.Enum("AttnBackend", {"flash": 1, "auto": 5}, module=ENUMS)
sys.modules[ENUMS].AttnBackend = AttnBackend

HIDDEN, HEADS, DIM, FFN, LAYERS, VOCABULARY, PADDED = 16, 4, 4, 24, 2, 40, 48


def weights(groups, dtype, compressed):
    torch.manual_seed(1)
    random.seed(1)
    numpy.random.seed(1)
    normal = lambda *shape, scale=1.0: torch.randn(*shape) * scale
    tensors = {"model.embed_tokens.weight": normal(VOCABULARY, HIDDEN), "model.norm.weight": 1 + normal(HIDDEN, scale=0.1),
               "lm_head.weight": normal(VOCABULARY, HIDDEN, scale=0.5)}
    tensors["model.embed_tokens.weight"][:, 0] = 2
    for layer in range(LAYERS):
        p = f"model.layers.{layer}."
        tensors[p + "input_layernorm.weight"] = 1 + normal(HIDDEN, scale=0.1)
        tensors[p + "post_attention_layernorm.weight"] = 1 + normal(HIDDEN, scale=0.1)
        for part, heads in [("q", HEADS), ("k", groups), ("v", groups)]:
            matrix = normal(heads * DIM, HIDDEN, scale=0.3)
            if compressed and part != "v":
                # Channel 0 is the same in every token: it puts the deciding channels near their thresholds.
                matrix[DIM - 1 :: DIM] = normal(heads, HIDDEN, scale=0.6)
                matrix[DIM - 1 :: DIM, 0] = 3.5 if part == "k" else -2.5
            tensors[p + f"self_attn.{part}_proj.weight"] = matrix
        tensors[p + "self_attn.o_proj.weight"] = normal(HIDDEN, HEADS * DIM, scale=0.3)
        tensors[p + "mlp.gate_proj.weight"] = normal(FFN, HIDDEN, scale=0.3)
        tensors[p + "mlp.up_proj.weight"] = normal(FFN, HIDDEN, scale=0.3)
        tensors[p + "mlp.down_proj.weight"] = normal(HIDDEN, FFN, scale=0.3)
        for name in ["self_attn.o_proj.weight", "mlp.down_proj.weight"]:
            tensors[p + name][0] = 0
    return {name: tensor.to(dtype).contiguous() for name, tensor in tensors.items()}


def megatron(tensors, groups, rank, ranks):
    """What one rank has of the model, under Megatron's names."""
    share = lambda tensor, axis=0: tensor.chunk(ranks, axis)[rank].clone()
    padded = lambda tensor: torch.cat([tensor, torch.full((PADDED - VOCABULARY, HIDDEN), 9.0).to(tensor.dtype)])
    out = collections.OrderedDict()
    out["embedding.word_embeddings.weight"] = share(padded(tensors["model.embed_tokens.weight"]))
    for layer in range(LAYERS):
        p, m = f"model.layers.{layer}.", f"decoder.layers.{layer}."
        q, k, v = (tensors[p + f"self_attn.{part}_proj.weight"].view(groups, -1, HIDDEN) for part in "qkv")
        gate, up = (tensors[p + f"mlp.{part}_proj.weight"] for part in ["gate", "up"])
        out[m + "self_attention.linear_proj.weight"] = share(tensors[p + "self_attn.o_proj.weight"], 1)
        out[m + "self_attention.linear_proj._extra_state"] = io.BytesIO(b"")
        out[m + "self_attention.linear_qkv.layer_norm_weight"] = tensors[p + "input_layernorm.weight"]
        out[m + "self_attention.linear_qkv.weight"] = torch.nn.Parameter(
            share(torch.cat([q, k, v], dim=1)).reshape(-1, HIDDEN), requires_grad=False)
        out[m + "self_attention.linear_qkv._extra_state"] = None
        out[m + "mlp.linear_fc1.layer_norm_weight"] = tensors[p + "post_attention_layernorm.weight"]
        out[m + "mlp.linear_fc1.weight"] = torch.cat([share(gate), share(up)])
        out[m + "mlp.linear_fc2.weight"] = share(tensors[p + "mlp.down_proj.weight"], 1)
    out["decoder.final_layernorm.weight"] = tensors["model.norm.weight"]
    out["output_layer.weight"] = share(padded(tensors["lm_head.weight"]))
    out._metadata = collections.OrderedDict({"": {"version": 1}})
    return out


def arguments(groups, ranks, **more):
    return argparse.Namespace(
        num_layers=LAYERS, hidden_size=HIDDEN, ffn_hidden_size=FFN, num_attention_heads=HEADS, kv_channels=DIM,
        group_query_attention=groups != HEADS, num_query_groups=groups if groups != HEADS else 1, vocab_size=VOCABULARY,
        padded_vocab_size=PADDED, make_vocab_size_divisible_by=8, max_position_embeddings=128, seq_length=128,
        norm_epsilon=1e-5, rotary_base=10000, rotary_percent=1.0, swiglu=True, normalization="RMSNorm",
        position_embedding_type="rope", add_bias_linear=False, untie_embeddings_and_output_weights=True,
        tensor_model_parallel_size=ranks, pipeline_model_parallel_size=1, params_dtype=torch.bfloat16, num_experts=None,
        attention_backend=AttnBackend.auto, exit_signal=signal.SIGTERM, data_path=["a", "b"], seed=2**40,
        adam_betas=(0.9, 0.95), window_size=None, **more)


def save(name, place, groups, dtype, ranks, **more):
    shutil.rmtree(name, ignore_errors=True)
    tensors = weights(groups, dtype, bool(more))
    for rank in range(ranks):
        folder = f"{name}/megatron/{place}mp_rank_{rank:02d}"
        os.makedirs(folder)
        state = {"args": arguments(groups, ranks, **more), "checkpoint_version": 3.0, "iteration": 1000,
                 "model": megatron(tensors, groups, rank, ranks), "num_floating_point_operations_so_far": 1e21,
                 "opt_param_scheduler": {"max_lr": 3e-5, "num_steps": 10}}
        if ranks == 1:
            state["rng_state"] = [{"random_rng_state": random.getstate(), "np_rng_state": numpy.random.get_state(),
                                   "torch_rng_state": torch.get_rng_state(), "rng_tracker_states": {}}]
        torch.save(state, f"{folder}/model_optim_rng.pt")
    with open(f"{name}/megatron/latest_checkpointed_iteration.txt", "w") as file:
        file.write("1000")
    os.makedirs(f"{name}/huggingface")
    save_file(tensors, f"{name}/huggingface/model.safetensors")
    config = dict(model_type="llama", hidden_size=HIDDEN, intermediate_size=FFN, num_hidden_layers=LAYERS,
                  num_attention_heads=HEADS, num_key_value_heads=groups, head_dim=DIM, vocab_size=VOCABULARY,
                  max_position_embeddings=128, rms_norm_eps=1e-5, rope_theta=10000.0, hidden_act="silu",
                  tie_word_embeddings=False)
    config.update({"dmc_target_ratio" if name == "dmc_cr" else name: value for name, value in more.items()})
    with open(f"{name}/huggingface/config.json", "w") as file:
        json.dump(config, file, indent=1)
    return tensors, config


def stretch(name):
    """The grouped model again, with longer angles and with biases."""
    tensors, config = weights(2, torch.bfloat16, False), json.load(open("grouped/huggingface/config.json"))
    for layer in range(LAYERS):
        for part, size in [("q", HEADS * DIM), ("k", 2 * DIM), ("v", 2 * DIM), ("o", HIDDEN)]:
            tensors[f"model.layers.{layer}.self_attn.{part}_proj.bias"] = torch.randn(size).bfloat16()
    config.update(attention_bias=True, rope_theta=50.0, rope_scaling=dict(
        rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32))
    shutil.rmtree(name, ignore_errors=True)
    os.makedirs(f"{name}/huggingface")
    save_file(tensors, f"{name}/huggingface/model.safetensors")
    with open(f"{name}/huggingface/config.json", "w") as file:
        json.dump(config, file, indent=1)
    return tensors, config


def logits(path, tensors, config):
    from transformers import LlamaConfig, LlamaForCausalLM
    model = LlamaForCausalLM(LlamaConfig(**config)).float().eval()
    model.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
    tokens = [1, 7, 39, 0, 12, 12, 5, 31, 22, 8, 17, 3, 30, 30, 2, 14]
    with torch.no_grad():
        rows = model(torch.tensor([tokens])).logits[0]
    with open(path, "w") as file:
        json.dump({"tokens": tokens, "logits": [[round(x, 6) for x in row] for row in rows.tolist()]}, file)


save("compressed", "", HEADS, torch.bfloat16, 1, dmc_window_size=12, dmc_init_val=5.0, dmc_cr=4.0)
logits("grouped/logits.json", *save("grouped", "iter_0001000/", 2, torch.float16, 2))
logits("stretched/logits.json", *stretch("stretched"))
