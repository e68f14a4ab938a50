{
	"patcher": {
		"fileversion": 1,
		"appversion": {
			"major": 8,
			"minor": 0,
			"revision": 0,
			"architecture": "x64",
			"modernui": 1
		},
		"classnamespace": "box",
		"rect": [
			60.0,
			90.0,
			760.0,
			300.0
		],
		"boxes": [
			{
				"box": {
					"id": "obj-1",
					"maxclass": "comment",
					"numinlets": 1,
					"numoutlets": 0,
					"patching_rect": [
						20.0,
						10.0,
						959.0,
						22.0
					],
					"text": "Oneshot Bridge: put [oneshot-bridge] into a patch. Inlet: note PAD KEY VELOCITY, ask PAD trigger 100, ask PAD keep. Outlets: left, right."
				}
			},
			{
				"box": {
					"id": "obj-2",
					"maxclass": "inlet",
					"numinlets": 0,
					"numoutlets": 1,
					"patching_rect": [
						20.0,
						40.0,
						30.0,
						30.0
					],
					"outlettype": [
						""
					],
					"comment": "note PAD KEY VELOCITY, ask PAD trigger VELOCITY, ask PAD keep | discard | again | cancel"
				}
			},
			{
				"box": {
					"id": "obj-3",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 1,
					"patching_rect": [
						200.0,
						40.0,
						105.0,
						22.0
					],
					"outlettype": [
						""
					],
					"text": "udpreceive 9136"
				}
			},
			{
				"box": {
					"id": "obj-4",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 2,
					"patching_rect": [
						20.0,
						90.0,
						140.0,
						22.0
					],
					"outlettype": [
						"",
						""
					],
					"text": "js oneshot-bridge.js"
				}
			},
			{
				"box": {
					"id": "obj-5",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 0,
					"patching_rect": [
						20.0,
						140.0,
						154.0,
						22.0
					],
					"text": "udpsend 127.0.0.1 9127"
				}
			},
			{
				"box": {
					"id": "obj-6",
					"maxclass": "newobj",
					"numinlets": 1,
					"numoutlets": 2,
					"patching_rect": [
						200.0,
						140.0,
						154.0,
						22.0
					],
					"outlettype": [
						"signal",
						"signal"
					],
					"text": "poly~ oneshot-voice 16"
				}
			},
			{
				"box": {
					"id": "obj-7",
					"maxclass": "outlet",
					"numinlets": 1,
					"numoutlets": 0,
					"patching_rect": [
						200.0,
						190.0,
						30.0,
						30.0
					],
					"comment": "left"
				}
			},
			{
				"box": {
					"id": "obj-8",
					"maxclass": "outlet",
					"numinlets": 1,
					"numoutlets": 0,
					"patching_rect": [
						280.0,
						190.0,
						30.0,
						30.0
					],
					"comment": "right"
				}
			}
		],
		"lines": [
			{
				"patchline": {
					"source": [
						"obj-2",
						0
					],
					"destination": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-3",
						0
					],
					"destination": [
						"obj-4",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-4",
						0
					],
					"destination": [
						"obj-5",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-4",
						1
					],
					"destination": [
						"obj-6",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-6",
						0
					],
					"destination": [
						"obj-7",
						0
					]
				}
			},
			{
				"patchline": {
					"source": [
						"obj-6",
						1
					],
					"destination": [
						"obj-8",
						0
					]
				}
			}
		]
	}
}
